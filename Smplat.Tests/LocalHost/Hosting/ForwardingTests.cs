using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Smplat.LocalHost.Hosting.Rpc;

namespace Smplat.Tests.LocalHost.Hosting;

/// <summary>How requests and responses are forwarded.</summary>
public sealed class ForwardingTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>More than the 4 KiB that a .NET HTTP client buffers, also on the platform.</summary>
    private const int Part = 16384;

    private readonly Gate _request = new();
    private readonly Gate _response = new();
    private readonly Gate _left = new();
    private TestHost _host = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _host = await TestHost.StartAsync(new FakeWorker()
        .Http("Echo", "echo", async (http, _) =>
        {
            http.Response.Headers.ContentType = http.Request.ContentType;
            // All of it first: a client that sends before it reads and a function that writes before it has read would wait for each other.
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            await http.Response.BodyWriter.WriteAsync(body.ToArray());
        }, "post")
        .Http("Headers", "headers", (http, _) => http.Response.WriteAsync(string.Join('\n', http.Request.Headers
            .SelectMany(header => header.Value.Select(value => $"{header.Key}: {value}")))), "get")
        .Http("Trace", "trace", (http, call) => http.Response.WriteAsync(
            $"{http.Request.Headers.TraceParent} {http.Request.Headers.TraceState} / {call.Request.TraceContext.TraceParent} {call.Request.TraceContext.TraceState}"),
            "get")
        .Http("Target", "target/{*rest}", (http, _) => http.Response.WriteAsync($"{http.Request.Path.Value}{http.Request.QueryString}"), "get")
        .Http("Answer", "answer", (http, _) =>
        {
            http.Response.StatusCode = 299;
            http.Response.Headers.CacheControl = "max-age=60,no-transform, private";
            http.Response.Headers["X-Odd"] = "a;b , c";
            http.Response.Headers.SetCookie = new StringValues(["one=1; path=/", "two=2; path=/"]);
            http.Response.Headers.ETag = "not-quoted";
            return Task.CompletedTask;
        }, "get")
        .Http("SlowRequest", "slow-request", async (http, _) =>
        {
            await http.Request.Body.ReadExactlyAsync(new byte[Part]);
            _request.Entered.SetResult();
            await http.Response.WriteAsync("first" + await new StreamReader(http.Request.Body).ReadToEndAsync());
        }, "post")
        .Http("SlowResponse", "slow-response", async (http, _) =>
        {
            await http.Response.WriteAsync("first");
            await http.Response.Body.FlushAsync();
            await _response.Opened.Task.WaitAsync(Patience);
            await http.Response.WriteAsync(" second");
        }, "get")
        .Http("Refuse", "refuse", (http, _) =>
        {
            http.Response.StatusCode = 413;
            return Task.CompletedTask;
        }, "post")
        .Http("Wait", "wait", async (_, call) =>
        {
            _left.Entered.SetResult();
            await using var cancelled = call.Cancelled.Register(_left.Cancelled.SetResult);
            await Task.Delay(Patience, call.Cancelled);
        }, "get")
        .Http("Breaks", "breaks", async (http, _) =>
        {
            await http.Response.WriteAsync("begun");
            await http.Response.Body.FlushAsync();
            throw new InvalidOperationException("broken half-way");
        }, "get")
        .Http("Fails", "fails", (http, _) =>
        {
            http.Response.Headers["X-Set-Before"] = "yes";
            throw new InvalidOperationException("out of order");
        }, "get"));

    [OneTimeTearDown]
    public async Task StopAsync() => await _host.DisposeAsync();

    [Test]
    public async Task A_request_reaches_the_function_while_its_body_is_still_being_sent()
    {
        using var socket = new RawClient(_host.Client.BaseAddress!);

        await socket.SendAsync("POST /slow-request HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
        await socket.SendAsync($"{Part:x}\r\n{new string('x', Part)}\r\n");
        await _request.Entered.Task.WaitAsync(Patience);
        await socket.SendAsync("7\r\n second\r\n0\r\n\r\n");

        Assert.That(await socket.ReadToEndAsync(), Does.StartWith("HTTP/1.1 200").And.Contain("first second"));
    }

    [Test]
    public async Task A_response_reaches_the_caller_while_it_is_still_being_written()
    {
        using var response = await _host.Client.GetAsync(new Uri("/slow-response", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        var first = new byte[5];

        await body.ReadExactlyAsync(first).AsTask().WaitAsync(Patience);
        _response.Opened.SetResult();

        Assert.That(Encoding.ASCII.GetString(first) + await new StreamReader(body).ReadToEndAsync(), Is.EqualTo("first second"));
    }

    [Test]
    public async Task A_body_of_ten_megabytes_is_echoed()
    {
        var bytes = RandomNumberGenerator.GetBytes(10 * 1024 * 1024);
        using var content = new ByteArrayContent(bytes);

        using var response = await _host.Client.PostAsync(new Uri("/echo", UriKind.Relative), content);

        Assert.That(SHA256.HashData(await response.Content.ReadAsByteArrayAsync()), Is.EqualTo(SHA256.HashData(bytes)));
    }

    [Test]
    public async Task A_function_may_respond_without_reading_the_body()
    {
        using var content = new ByteArrayContent(new byte[3_000_000]);

        Assert.That(await _host.SendAsync("POST", "/refuse", content), Is.EqualTo("413"));
    }

    [Test]
    public async Task The_headers_of_a_request_arrive_as_they_were_sent()
    {
        string[] sent =
        [
            "Host: shop.example:8080", "X-First: a,  b;q=1", "Accept: text/html;q=0.5, */*", "User-Agent: odd (agent", "X-Second: 1", "X-Second: 2",
            "Cookie: a=1; b=2", "baggage: key=value", "Request-Id: |abc.1.", "X-Forwarded-Port: 8443",
        ];

        var arrived = await RawHeadersAsync(sent);

        // Two lines of one header may travel as one with a comma.
        Assert.That(sent.Where(header => !header.StartsWith("X-Second", StringComparison.Ordinal)).Except(arrived), Is.Empty);
        Assert.That(arrived, Has.One.EqualTo("X-Second: 1, 2"));
    }

    [Test]
    public async Task Headers_that_a_client_could_forge_are_replaced()
    {
        var arrived = await RawHeadersAsync(
            "Host: shop.example", "X-MS-Invocation-Id: forged", "X-Forwarded-For: 203.0.113.7", "X-Forwarded-Host: evil.example",
            "X-Forwarded-Proto: https", "Forwarded: for=203.0.113.7");

        Assert.That(arrived.Where(header => header.Contains("203.0.113.7", StringComparison.Ordinal) || header.Contains("forged", StringComparison.Ordinal)), Is.Empty);
        Assert.That(arrived, Has.One.EqualTo("X-Forwarded-For: 127.0.0.1").And.One.EqualTo("X-Forwarded-Host: shop.example").And.One.EqualTo("X-Forwarded-Proto: http"));
        Assert.That(arrived.Count(header => header.StartsWith("x-ms-invocation-id: ", StringComparison.OrdinalIgnoreCase)), Is.EqualTo(1));
    }

    [Test]
    public async Task The_headers_of_a_response_arrive_as_they_were_set()
    {
        using var socket = new RawClient(_host.Client.BaseAddress!);
        await socket.SendAsync("GET /answer HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        var answer = await socket.ReadToEndAsync();

        Assert.That(answer, Does.StartWith("HTTP/1.1 299"));
        Assert.That(answer.Split("\r\n"), Is.SupersetOf(new[]
        {
            "Cache-Control: max-age=60,no-transform, private", "X-Odd: a;b , c", "Set-Cookie: one=1; path=/", "Set-Cookie: two=2; path=/",
            "ETag: not-quoted",
        }));
    }

    [TestCase("/target/a%2Fb/a%20b?x=%20&y=a+b%2B&x=", "/target/a%2Fb/a b?x=%20&y=a+b%2B&x=")]
    [TestCase("/target/?empty", "/target/?empty")]
    public async Task Path_and_query_arrive_as_they_were_sent(string target, string arrived)
    {
        using var socket = new RawClient(_host.Client.BaseAddress!);
        await socket.SendAsync($"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.That(await socket.ReadToEndAsync(), Does.Contain($"\r\n{arrived}\r\n"));
    }

    [Test]
    public async Task A_callers_trace_context_reaches_the_function_over_HTTP_and_gRPC()
    {
        const string Parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/trace");
        request.Headers.TryAddWithoutValidation("traceparent", Parent);
        request.Headers.TryAddWithoutValidation("tracestate", "vendor=1");

        using var response = await _host.Client.SendAsync(request);

        Assert.That(await response.Content.ReadAsStringAsync(), Is.EqualTo($"{Parent} vendor=1 / {Parent} vendor=1"));
    }

    [TestCase(null)]
    [TestCase("no trace parent")]
    public async Task Without_a_trace_context_the_host_begins_a_trace(string? parent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/trace");
        if (parent is not null)
        {
            request.Headers.TryAddWithoutValidation("traceparent", parent);
        }

        using var response = await _host.Client.SendAsync(request);

        Assert.That(await response.Content.ReadAsStringAsync(), Does.Match("/ 00-[0-9a-f]{32}-[0-9a-f]{16}-0[01] $"));
    }

    [Test]
    public async Task A_caller_that_disconnects_cancels_the_function()
    {
        using var patience = new CancellationTokenSource();
        var request = _host.Client.GetAsync(new Uri("/wait", UriKind.Relative), patience.Token);
        await _left.Entered.Task.WaitAsync(Patience);

        await patience.CancelAsync();

        Assert.That(async () => await request, Throws.InstanceOf<OperationCanceledException>());
        await _left.Cancelled.Task.WaitAsync(Patience);
    }

    [Test]
    public async Task A_failing_function_is_logged_once_and_its_response_is_the_worker_s()
    {
        Assert.That(await _host.GetAsync("/fails"), Is.EqualTo("500"));

        await _host.LoggedAsync("fail Host: Fails failed: out of order");
        Assert.That(_host.Log.Entries.Count(line => line.Contains("Fails failed", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public void A_response_that_breaks_off_at_the_worker_breaks_off_at_the_caller() =>
        Assert.That(() => _host.GetAsync("/breaks"), Throws.InstanceOf<HttpRequestException>());

    [Test]
    public async Task Many_slow_requests_run_in_parallel()
    {
        var gate = new Gate();
        var running = 0;
        await using var host = await TestHost.StartAsync(new FakeWorker().Http("Slow", "slow", async (http, _) =>
        {
            if (Interlocked.Increment(ref running) == 100)
            {
                gate.Opened.SetResult();
            }

            await gate.Opened.Task.WaitAsync(Patience);
            await http.Response.WriteAsync("done");
        }, "get"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => host.GetAsync("/slow")));

        Assert.That(answers, Is.All.EqualTo("200 done"));
    }

    [Test]
    public async Task A_function_over_its_timeout_is_cancelled_and_may_still_respond()
    {
        await using var host = await TestHost.StartAsync(
            new FakeWorker().Http("Slow", "slow", async (http, call) =>
            {
                await Task.Delay(Patience, call.Cancelled).ContinueWith(_ => { }, TaskScheduler.Default);
                await http.Response.WriteAsync("cut short");
            }, "get"),
            new() { HostJson = new("", TimeSpan.FromMilliseconds(200), new Dictionary<string, string>()) });

        Assert.That(await host.GetAsync("/slow"), Is.EqualTo("200 cut short"));
        await host.LoggedAsync("Slow exceeded the functionTimeout of 00:00:00.2000000 and is being cancelled.");
        Assert.That(host.Worker.Instances, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_function_that_ignores_its_timeout_causes_a_new_worker()
    {
        await using var host = await TestHost.StartAsync(
            new FakeWorker().Http("Stuck", "stuck", (_, _) => new TaskCompletionSource().Task, "get").Http("Fine", "fine", "fine", "get"),
            new() { HostJson = new("", TimeSpan.FromMilliseconds(200), new Dictionary<string, string>()), CancelGrace = TimeSpan.FromMilliseconds(200) });

        Assert.That(await host.GetAsync("/stuck"), Is.EqualTo("500"));

        await host.LoggedAsync("Replacing the worker: Stuck did not end.");
        Assert.That(await host.GetAsync("/fine"), Is.EqualTo("200 fine"));
        Assert.That(host.Worker.Instances, Has.Count.EqualTo(2));
        Assert.That(host.Worker.Instances[0].Received.Select(message => message.ContentCase), Has.Member(StreamingMessage.ContentOneofCase.InvocationCancel));
        Assert.That(host.Worker.Instances[0].Ended.IsCompleted);
    }

    [Test]
    public async Task A_worker_receives_the_bindings_of_its_functions_before_the_first_call()
    {
        var loads = _host.Worker.Current.Received.Where(message => message.FunctionLoadRequest is not null).Select(message => message.FunctionLoadRequest).ToList();

        Assert.That(loads.Select(load => load.Metadata.Name), Is.EquivalentTo(_host.Host.Functions.All.Select(function => function.Name)));
        Assert.That(loads.Select(load => load.Metadata.Bindings["req"].Type), Is.All.EqualTo("httpTrigger"));
        Assert.That(loads.Select(load => load.Metadata.EntryPoint), Is.All.StartsWith("Fake."));
        await Task.CompletedTask;
    }

    private async Task<string[]> RawHeadersAsync(params string[] headers)
    {
        using var socket = new RawClient(_host.Client.BaseAddress!);
        await socket.SendAsync($"GET /headers HTTP/1.1\r\n{string.Join("\r\n", headers)}\r\nConnection: close\r\n\r\n");
        return (await socket.ReadToEndAsync()).Split(["\r\n", "\n"], StringSplitOptions.None);
    }

    /// <summary>Raw HTTP, because a client library reorders headers.</summary>
    private sealed class RawClient : IDisposable
    {
        private readonly TcpClient _client;

        public RawClient(Uri address) => _client = new TcpClient(address.Host, address.Port);

        public Task SendAsync(string text) => _client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text)).AsTask();

        public Task<string> ReadToEndAsync() => new StreamReader(_client.GetStream()).ReadToEndAsync().WaitAsync(Patience);

        public void Dispose() => _client.Dispose();
    }
}
