using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace Smplat.Tests.Ops;

[Parallelizable(ParallelScope.All)]
public sealed class OpsAssetTests
{
    [Test]
    public async Task Style_script_and_icon_are_cached_permanently_under_the_address_of_their_content()
    {
        await using var ops = await OpsFixture.StartAsync();
        var (_, html) = await ops.OpenAsync("/ops/login");
        var hrefs = Regex.Matches(html, "(?:href|src)=\"(/ops/assets/[^\"]+)\"").Select(match => match.Groups[1].Value).ToArray();

        Assert.That(hrefs, Has.Length.EqualTo(3));
        foreach (var href in hrefs)
        {
            var asset = await ops.Client.GetAsync(href);
            using var again = new HttpRequestMessage(HttpMethod.Get, href);
            again.Headers.IfNoneMatch.Add(new EntityTagHeaderValue(asset.Headers.ETag!.Tag));

            Assert.That(asset.StatusCode, Is.EqualTo(HttpStatusCode.OK), href);
            Assert.That(asset.Headers.CacheControl!.ToString(), Does.Contain("immutable"));
            Assert.That((await ops.Client.SendAsync(again)).StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
        }

        Assert.That((await ops.Client.GetAsync(hrefs[0].Split('?')[0])).Headers.CacheControl!.NoCache, Is.True, "without the hash it is asked for again");
    }

    [TestCase("/ops/assets/nothing.css")]
    [TestCase("/ops/assets/appsettings.json")]
    public async Task No_other_file_is_served(string path)
    {
        await using var ops = await OpsFixture.StartAsync();

        Assert.That((await ops.OpenAsync(path)).Status, Is.EqualTo(404));
    }

    [TestCase("/ops/login", 200)]
    [TestCase("/ops", 200)]
    [TestCase("/ops/jobs/nothing", 404)]
    public async Task Every_page_has_a_strict_policy_and_nothing_inline(string path, int status)
    {
        await using var ops = path == "/ops/login" ? await OpsFixture.StartAsync() : await OpsFixture.SignedInAsync();

        var answer = await ops.Client.GetAsync(path);
        var html = await answer.Content.ReadAsStringAsync();

        Assert.That((int)answer.StatusCode, Is.EqualTo(status));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.That(policy, Does.StartWith("default-src 'none'").And.Contain("frame-ancestors 'none'").And.Not.Contain("unsafe"));
        Assert.That(answer.Headers.CacheControl!.NoStore, Is.True);
        Assert.That(html, Does.Not.Match("<style|style=\"|<script>|\\son[a-z]+=\"|https?://(?!www\\.w3\\.org)"));
    }
}
