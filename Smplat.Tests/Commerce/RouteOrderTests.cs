using Smplat.Tests.Commerce.Support;

namespace Smplat.Tests.Commerce;

public sealed class RouteOrderTests
{
    [Test]
    public async Task An_order_is_routed_over_the_socket()
    {
        await using var app = await RouterApp.StartAsync();

        var body = await app.RouteAsync(Baskets.Three());

        TestContext.Out.WriteLine(body.GetRawText());
        Assert.That(body.GetProperty("providerId").GetString(), Is.EqualTo("WALMART_API"));
    }
}
