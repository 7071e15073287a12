using System.Net;
using System.Net.Sockets;

namespace Smplat.Tests.Support;

[Parallelizable(ParallelScope.All)]
public sealed class TestAzuriteTests
{
    [Test]
    public async Task Everybody_shares_one()
    {
        var both = await Task.WhenAll(TestAzurite.GetAsync(), TestAzurite.GetAsync());

        Assert.That(both[0], Is.SameAs(both[1]));
        Assert.That(await AcceptsAsync(both[0].ConnectionString), Is.True);
    }

    [Test]
    public async Task A_private_one_can_be_stopped_and_started_again()
    {
        await using var azurite = await TestAzurite.StartOwnAsync();
        var address = azurite.ConnectionString;

        await azurite.StopAsync();
        Assert.That(await AcceptsAsync(address), Is.False);

        await azurite.RestartAsync();
        Assert.That(azurite.ConnectionString, Is.EqualTo(address));
        Assert.That(await AcceptsAsync(address), Is.True);
    }

    private static async Task<bool> AcceptsAsync(string connectionString)
    {
        var endpoint = connectionString.Split(';').Single(part => part.StartsWith("TableEndpoint=", StringComparison.Ordinal));
        var port = new Uri(endpoint["TableEndpoint=".Length..]).Port;
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
