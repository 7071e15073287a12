using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Smplat.Tests.Ops;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

/// <summary>What an anonymous caller may send: little enough that no body is a burden.</summary>
[Parallelizable(ParallelScope.All)]
public sealed class BodyLimitTests
{
    /// <summary>1.5 million members in 3.3 MB of gzip held the login for 5 s and 200 MB a request.</summary>
    [TestCase("/ops/login", true)]
    [TestCase("/ops/login", false)]
    [TestCase("/ops/logout", true)]
    [TestCase("/ops/banner", true)]
    [TestCase("/api/v1/observability/catalog-search", true)]
    public async Task A_large_body_on_an_open_route_is_refused_at_once(string path, bool isCompressed)
    {
        await using var ops = await OpsFixture.StartAsync();
        using var content = Form(string.Concat(Enumerable.Range(0, 1_500_000).Select(number => $"{number:x}=&")), isCompressed);
        var began = Stopwatch.GetTimestamp();

        using var answer = await ops.Client.PostAsync(path, content);

        // Without a session nothing is read: the browser is sent to the login.
        var expected = path is "/ops/logout" or "/ops/banner" ? 303 : 413;
        Assert.That((int)answer.StatusCode, Is.EqualTo(expected));
        Assert.That(Stopwatch.GetElapsedTime(began), Is.LessThan(TimeSpan.FromSeconds(5)));
    }

    [TestCase(65_536, 422)]
    [TestCase(65_537, 413)]
    public async Task The_limit_of_an_open_route_is_64_kib(int bytes, int expected)
    {
        await using var app = await SmplatApp.StartAsync();
        using var content = new StringContent("{}" + new string(' ', bytes - 2));

        using var answer = await app.Client.PostAsync("/api/v1/observability/catalog-search", content);

        Assert.That((int)answer.StatusCode, Is.EqualTo(expected), await answer.Content.ReadAsStringAsync());
    }

    [TestCase("a=1", 64, 403)]
    [TestCase("a=1", 65, 400)]
    [TestCase("", 60_000, 400)]
    public async Task A_form_has_at_most_64_fields(string field, int count, int expected)
    {
        await using var ops = await OpsFixture.StartAsync();
        using var content = Form(string.Join('&', Enumerable.Repeat(field, count)), isCompressed: false);

        using var answer = await ops.Client.PostAsync("/ops/login", content);

        Assert.That((int)answer.StatusCode, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_locked_out_address_is_refused_before_its_form_is_read()
    {
        await using var ops = await OpsFixture.StartAsync(new() { ["SMPLAT_OPS_LOGIN_ATTEMPTS"] = "1" });
        await ops.LogInAsync("wrong");
        using var content = Form(new string('a', 100_000), isCompressed: false);

        using var answer = await ops.Client.PostAsync("/ops/login", content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task The_login_is_limited_even_for_callers_whose_forms_are_never_read()
    {
        await using var ops = await OpsFixture.StartAsync(new() { ["SMPLAT_RATE_HEAVY"] = "3" });
        var answers = new List<int>();
        for (var attempt = 0; attempt < 4; attempt++)
        {
            using var answer = await ops.SendAsync("/ops/login", "no token");
            answers.Add((int)answer.StatusCode);
        }

        Assert.That(answers, Is.EqualTo(new[] { 403, 403, 403, 429 }));
    }

    private static ByteArrayContent Form(string text, bool isCompressed)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        if (isCompressed)
        {
            using var wire = new MemoryStream();
            using (var gzip = new GZipStream(wire, CompressionLevel.Fastest, leaveOpen: true))
            {
                gzip.Write(bytes);
            }

            bytes = wire.ToArray();
        }

        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
        if (isCompressed)
        {
            content.Headers.ContentEncoding.Add("gzip");
        }

        return content;
    }
}
