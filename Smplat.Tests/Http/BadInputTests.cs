using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

/// <summary>Bad input of any shape gets a clear 4xx.</summary>
public sealed class BadInputTests
{
    private const string Route = "/api/v1/operators/jobs/retention/run";

    [TestCase("{bad")]
    [TestCase("")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("\"text\"")]
    [TestCase("\0\0")]
    [TestCase("{\"triggered_by\":5}")]
    [TestCase("{\"triggered_by\":\"\"}")]
    [TestCase("{\"even_if_disabled\":\"perhaps\"}")]
    [TestCase("{\"triggered_by\":\"a\",\"triggered_by\":\"b\"}")]
    [TestCase("{\"x\":{\"deep\":[{\"a\":1,\"\\u0061\":2}]}}")]
    [TestCase("{\"\\ud800\":1,\"b\":2}")]
    public async Task A_malformed_body_is_a_422_that_lists_the_errors(string body)
    {
        await using var app = await SmplatApp.StartAsync();

        var answer = await app.Client.PostAsync(Route, new StringContent(body));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        var detail = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("detail")[0];
        Assert.That(detail.GetProperty("loc")[0].GetString(), Is.EqualTo("body"));
        Assert.That(detail.GetProperty("msg").GetString(), Is.Not.Empty);
    }

    [Test]
    public async Task Deep_nesting_is_refused()
    {
        await using var app = await SmplatApp.StartAsync();
        var body = string.Concat(Enumerable.Repeat("{\"a\":", 5_000)) + "1" + new string('}', 5_000);

        var answer = await app.Client.PostAsync(Route, new StringContent(body));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_body_over_the_limit_is_a_413_that_names_it(bool chunked)
    {
        await using var app = await SmplatApp.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Route)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes("{\"triggered_by\":\"" + new string('x', 11 * 1024 * 1024) + "\"}")),
        };
        request.Headers.TransferEncodingChunked = chunked;

        var answer = await app.Client.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("10485760"));
    }

    [Test]
    public async Task A_decompression_bomb_is_stopped_at_the_limit()
    {
        await using var app = await SmplatApp.StartAsync();

        var answer = await app.Client.PostAsync(Route, Compressed(new byte[200 * 1024 * 1024]));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task A_compressed_body_is_read()
    {
        await using var app = await SmplatApp.StartAsync();

        var answer = await app.Client.PostAsync(Route, Compressed("{\"triggered_by\":\"zipped\"}"u8.ToArray()));

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase("gzip", HttpStatusCode.BadRequest)]
    [TestCase("zstd", HttpStatusCode.UnsupportedMediaType)]
    public async Task A_body_that_is_not_in_its_encoding_is_refused(string encoding, HttpStatusCode expected)
    {
        await using var app = await SmplatApp.StartAsync();
        var content = new StringContent("{}");
        content.Headers.ContentEncoding.Add(encoding);

        Assert.That((await app.Client.PostAsync(Route, content)).StatusCode, Is.EqualTo(expected));
    }

    [TestCase("?limit=0")]
    [TestCase("?limit=many")]
    [TestCase("?limit=1&limit=2")]
    public async Task A_bad_query_is_a_422_that_names_the_parameter(string query)
    {
        await using var app = await SmplatApp.StartAsync();

        var answer = await app.Client.GetAsync("/api/v1/operators/job-runs" + query);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("[\"query\",\"limit\"]"));
    }

    [TestCase("GET", "/nowhere", HttpStatusCode.NotFound)]
    [TestCase("GET", "/api/v1/operators/jobs/retention/run", HttpStatusCode.NotFound)]
    public async Task Unknown_paths_and_methods_are_answered_by_the_host_without_a_body(
        string method, string path, HttpStatusCode expected)
    {
        await using var app = await SmplatApp.StartAsync();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        var answer = await app.Client.SendAsync(request);

        Assert.That(answer.StatusCode, Is.EqualTo(expected).Or.EqualTo(HttpStatusCode.MethodNotAllowed));
        Assert.That(await answer.Content.ReadAsByteArrayAsync(), Is.Empty);
    }

    private static ByteArrayContent Compressed(byte[] bytes)
    {
        using var wire = new MemoryStream();
        using (var gzip = new GZipStream(wire, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        var content = new ByteArrayContent(wire.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        return content;
    }
}
