using System.Net;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost;

public sealed class SmplatAppTests
{
    [Test]
    public async Task The_whole_app_starts_on_a_free_port_and_responds()
    {
        await using var app = await SmplatApp.StartAsync();

        using var answer = await app.Client.GetAsync(new Uri("/no/such/path", UriKind.Relative));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.Empty);
    }
}
