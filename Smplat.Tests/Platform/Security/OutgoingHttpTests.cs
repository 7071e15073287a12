using System.Net;
using System.Net.Sockets;
using System.Text;
using Smplat.Core.Platform.Outbox;
using Smplat.Core.Platform.Security;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Commerce.Support;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Security;

/// <summary>
/// With real sockets. 127.0.0.2 stands in for a public address, because nothing may leave the machine.
/// </summary>
[Parallelizable(ParallelScope.All)]
public sealed class OutgoingHttpTests
{
    private static readonly IPAddress Public = IPAddress.Parse("127.0.0.2");

    private static readonly IPAddress Private = IPAddress.Loopback;

    [TestCase("127.0.0.1")]
    [TestCase("127.1")]
    [TestCase("2130706433")]
    [TestCase("0x7f000001")]
    [TestCase("0x7f.1")]
    [TestCase("0177.0.0.1")]
    [TestCase("017700000001")]
    [TestCase("0.0.0.0")]
    [TestCase("0")]
    [TestCase("localhost")]
    [TestCase("LOCALHOST")]
    [TestCase("①②⑦.⓪.⓪.①")]
    [TestCase("[::ffff:127.0.0.1]")]
    [TestCase("[::ffff:7f00:1]")]
    [TestCase("[0:0:0:0:0:ffff:7f00:0001]")]
    public async Task Every_spelling_of_loopback_is_refused_unless_the_switch_allows_it(string host)
    {
        using var listener = new Listener(Private);
        var url = new Uri($"http://{host}:{listener.Port}/");
        using var guarded = Client(allowsPrivate: false);
        using var open = Client(allowsPrivate: true);

        var refusal = (await Assert.ThrowsAsync<HttpRequestException>(() => guarded.GetAsync(url)))!;
        Assert.That(refusal.InnerException, Is.TypeOf<PrivateAddressException>().With.Message.Contains("TEST_SWITCH is false"));
        Assert.That(listener.Accepted, Is.Zero);
        Assert.That(await open.GetStringAsync(url), Is.EqualTo("ok"), "this spelling reaches the server");
    }

    [TestCase("[::1]")]
    [TestCase("[0:0:0:0:0:0:0:1]")]
    [TestCase("[::]")]
    [TestCase("[::127.0.0.1]")]
    [TestCase("[64:ff9b::7f00:1]")]
    [TestCase("[64:ff9b:1::1]")]
    [TestCase("[2002:7f00:1::]")]
    [TestCase("[2001:0:7f00:1::]")]
    [TestCase("[fe80::1]")]
    [TestCase("[fd00:ec2::254]")]
    [TestCase("169.254.169.254")]
    [TestCase("168.63.129.16")]
    public void Private_addresses_are_refused_before_connecting(string host)
    {
        using var client = Client(allowsPrivate: false);

        Assert.That(
            () => client.GetAsync(new Uri($"http://{host}:9/")),
            Throws.InstanceOf<HttpRequestException>().With.InnerException.TypeOf<PrivateAddressException>());
    }

    [Test]
    public async Task A_redirect_to_loopback_is_not_followed()
    {
        using var inside = new Listener(Private);
        using var outside = new Listener(Public, $"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{inside.Port}/\r\n");
        using var client = Client(Resolver(_ => [Public]));

        using var answer = await client.GetAsync(new Uri($"http://partner.test:{outside.Port}/"));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Found));
        Assert.That((outside.Accepted, inside.Accepted), Is.EqualTo((1, 0)));
    }

    [Test]
    public void A_name_with_a_public_and_a_private_address_is_refused([Values] bool privateFirst)
    {
        var (outside, inside) = Listener.OnOnePort(Public, Private);
        using var first = outside;
        using var second = inside;
        using var client = Client(Resolver(_ => privateFirst ? [Private, Public] : [Public, Private]));

        Assert.That(
            () => client.GetAsync(new Uri($"http://partner.test:{outside.Port}/")),
            Throws.InstanceOf<HttpRequestException>().With.InnerException.TypeOf<PrivateAddressException>());
        Assert.That((outside.Accepted, inside.Accepted), Is.EqualTo((0, 0)));
    }

    [Test]
    public async Task A_name_that_becomes_private_after_the_check_reaches_the_checked_address_and_is_refused_next_time()
    {
        var (outside, inside) = Listener.OnOnePort(Public, Private);
        using var first = outside;
        using var second = inside;
        var asked = 0;
        using var client = Client(Resolver(_ => Interlocked.Increment(ref asked) == 1 ? [Public] : [Private]));
        var url = new Uri($"http://rebinding.test:{outside.Port}/");

        Assert.That(await client.GetStringAsync(url), Is.EqualTo("ok"));
        Assert.That(asked, Is.EqualTo(1), "one lookup, one answer, one connection");
        Assert.That(
            () => client.GetAsync(url), Throws.InstanceOf<HttpRequestException>().With.InnerException.TypeOf<PrivateAddressException>());
        Assert.That((outside.Accepted, inside.Accepted), Is.EqualTo((1, 0)));
    }

    [Test]
    public async Task The_switch_is_read_for_each_connection()
    {
        using var listener = new Listener(Private);
        var runtime = new Monitor<RuntimeOptions>(new() { Environment = "production" });
        using var client = new HttpClient(new OutgoingHttp(runtime).HandlerForSettings());
        var url = new Uri($"http://127.0.0.1:{listener.Port}/");

        Assert.That(() => client.GetAsync(url), Throws.InstanceOf<HttpRequestException>());
        runtime.CurrentValue = new() { Environment = "production", AllowPrivateNetworks = true };
        Assert.That(await client.GetStringAsync(url), Is.EqualTo("ok"));
        runtime.CurrentValue = new() { Environment = "staging" };
        Assert.That(() => client.GetAsync(url), Throws.InstanceOf<HttpRequestException>());
        runtime.CurrentValue = new() { Environment = "local" };
        Assert.That(await client.GetStringAsync(url), Is.EqualTo("ok"));
    }

    [Test]
    public void A_name_that_is_not_found_is_an_outage_and_not_a_refusal([Values] bool isEmpty)
    {
        using var client = Client(Resolver(_ => isEmpty ? [] : throw new SocketException((int)SocketError.HostNotFound)));

        Assert.That(
            () => client.GetAsync(new Uri("http://nowhere.test/")),
            Throws.InstanceOf<HttpRequestException>().With.InnerException.TypeOf<SocketException>()
                .And.Property("HttpRequestError").EqualTo(HttpRequestError.NameResolutionError));
    }

    /// <summary>.NET throws the bare socket exception when the reset comes between connecting and reading the address of the peer.</summary>
    [Test]
    public async Task A_connection_that_is_reset_immediately_fails_like_any_other()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var client = new HttpClient(new OutgoingHttp(new Monitor<RuntimeOptions>(new() { Environment = "local" }))
            .HandlerForSettings(sockets => sockets.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                using (var accepted = await listener.AcceptSocketAsync(cancellationToken))
                {
                    accepted.LingerState = new(enable: true, seconds: 0);
                }

                socket.Poll(TimeSpan.FromSeconds(5), SelectMode.SelectRead);
                return new NetworkStream(socket, ownsSocket: true);
            }));

        Assert.That(
            () => client.GetAsync(new Uri("http://vendor.test/")),
            Throws.InstanceOf<HttpRequestException>().With.InnerException.TypeOf<SocketException>()
                .And.Property("HttpRequestError").EqualTo(HttpRequestError.ConnectionError));
    }

    [Test]
    public async Task Outside_a_local_run_a_Slack_webhook_inside_the_network_is_not_called_and_its_message_waits()
    {
        using var listener = new Listener(Private);
        using var slack = new SlackGateway(
            [new("ops", () => (new Uri($"http://127.0.0.1:{listener.Port}/hook"), null))],
            new OutgoingHttp(new Monitor<RuntimeOptions>(new())),
            TimeProvider.System);

        var outcome = await slack.SendAsync("ops", "text", _ => Task.FromResult(true), CancellationToken.None);

        Assert.That(outcome, Is.TypeOf<DeliveryOutcome.ReceiverUnavailable>().With.Property("Error").Contains("SMPLAT_ALLOW_PRIVATE_NETWORKS"));
        Assert.That(listener.Accepted, Is.Zero);
    }

    [Test]
    public void Only_platform_clients_and_calls_to_the_app_itself_bypass_the_guard()
    {
        // The identity endpoint of the cloud is link-local, and the CLI calls the app, and the storage that it names, wherever they are.
        string[] around = ["OutgoingHttp.cs", "ApiClient.cs", "CatalogChecks.cs"];

        Assert.That(
            from path in Repository.ProductFiles()
            where new[] { "Smplat.Core", "Smplat.Functions", "Smplat.Cli" }.Any(project => path.Contains(project, StringComparison.Ordinal))
            let text = File.ReadAllText(path)
            where new[] { "new SocketsHttpHandler", "SocketsHttpHandler Handler(", "new HttpClientHandler", "new HttpClient()" }
                .Any(part => text.Contains(part, StringComparison.Ordinal))
            where !around.Contains(Path.GetFileName(path))
            select Path.GetFileName(path),
            Is.Empty);
    }

    private static HttpClient Client(bool allowsPrivate) =>
        new(new OutgoingHttp(new Monitor<RuntimeOptions>(new())).Handler("TEST_SWITCH", () => allowsPrivate))
        {
            Timeout = TimeSpan.FromSeconds(10),
        };

    /// <summary>With its own host names, and with 127.0.0.1 as the only private address.</summary>
    private static HttpClient Client(HostResolver resolver) =>
        new(new OutgoingHttp(new Monitor<RuntimeOptions>(new()), resolver, address => address.Equals(Private)).HandlerForSettings())
        {
            Timeout = TimeSpan.FromSeconds(10),
        };

    private static HostResolver Resolver(Func<string, IPAddress[]> resolve) => (host, _) => Task.FromResult(resolve(host));

    /// <summary>Answers every connection once and counts it.</summary>
    private sealed class Listener : IDisposable
    {
        private readonly TcpListener _listener;
        private readonly string _head;
        private int _accepted;

        public Listener(IPAddress address, string head = "HTTP/1.1 200 OK\r\n", int port = 0)
        {
            _head = head;
            _listener = new(address, port);
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        /// <summary>Two addresses with the same port, which somebody else may have at the second one.</summary>
        public static (Listener First, Listener Second) OnOnePort(IPAddress first, IPAddress second)
        {
            for (var attempt = 1; ; attempt++)
            {
                var listener = new Listener(first);
                try
                {
                    return (listener, new Listener(second, port: listener.Port));
                }
                catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse && attempt < 20)
                {
                    listener.Dispose();
                }
            }
        }

        public int Accepted => Volatile.Read(ref _accepted);

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    using var socket = await _listener.AcceptSocketAsync();
                    Interlocked.Increment(ref _accepted);
                    var request = new byte[4096];
                    await socket.ReceiveAsync(request);
                    await socket.SendAsync(Encoding.ASCII.GetBytes($"{_head}Content-Length: 2\r\nConnection: close\r\n\r\nok"));
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
