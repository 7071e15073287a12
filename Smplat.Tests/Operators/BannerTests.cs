using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Operators;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators;

public sealed class BannerTests
{
    private const string Route = "/api/v1/operators/banner";

    [Test]
    public async Task A_banner_is_set_replaced_and_cleared()
    {
        await using var app = await SmplatApp.StartAsync();

        Assert.That((await ReadAsync(app)).ValueKind, Is.EqualTo(JsonValueKind.Null));
        await app.Client.PutAsJsonAsync(Route, new { message = "first", set_by = "on-call" });
        await app.Client.PutAsJsonAsync(Route, new { message = "second", severity = "critical", set_by = "lead" });
        var second = await ReadAsync(app);
        var gone = await app.Client.DeleteAsync(Route);
        var again = await app.Client.DeleteAsync(Route);

        Assert.Multiple(() =>
        {
            Assert.That(second.GetProperty("message").GetString(), Is.EqualTo("second"));
            Assert.That(second.GetProperty("severity").GetString(), Is.EqualTo("critical"));
            Assert.That(gone.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
            Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.NoContent));
        });
        Assert.That((await ReadAsync(app)).ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    [TestCase("""{"message":"","set_by":"x"}""")]
    [TestCase("""{"message":"x"}""")]
    [TestCase("""{"message":"x","set_by":"x","severity":"loud"}""")]
    public async Task An_invalid_banner_is_refused(string body)
    {
        await using var app = await SmplatApp.StartAsync();

        Assert.That(
            (await app.Client.PutAsync(Route, new StringContent(body))).StatusCode, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
    }

    [Test]
    public async Task Who_cleared_a_banner_and_why_is_recorded()
    {
        await using var app = await SmplatApp.StartAsync();
        await app.Client.PutAsJsonAsync(Route, new { message = "slow", set_by = "on-call" });

        await app.Client.DeleteAsync($"{Route}?actor=lead&reason=it%20is%20over");
        var changes = await app.Services.GetRequiredService<BannerOperations>().ListChangesAsync(5, CancellationToken.None);

        Assert.That(
            changes.Select(change => (change.Action, change.Message, change.Actor, change.Reason)),
            Is.EqualTo(new[] { ("clear", "slow", "lead", "it is over"), ("set", "slow", "on-call", null) }));
    }

    [Test]
    public async Task The_command_line_shows_who_cleared_a_banner_and_why()
    {
        await using var app = await SmplatApp.StartAsync();
        string[] address = ["--base-url", app.Client.BaseAddress!.ToString()];
        await CliRun.RunAsync(["banner", "set", "slow", "--by", "on-call", .. address]);

        var cleared = await CliRun.RunAsync(["banner", "clear", "--by", "lead & co", "--reason", "it is over", .. address]);
        await CliRun.RunAsync(["banner", "set", "slow again", "--by", "on-call", .. address]);
        var silent = await CliRun.RunAsync(["banner", "clear", .. address]);

        var changes = await app.Services.GetRequiredService<BannerOperations>().ListChangesAsync(5, CancellationToken.None);
        Assert.That((cleared.ExitCode, silent.ExitCode), Is.EqualTo((0, 0)), cleared.Error + silent.Error);
        Assert.That(
            changes.Where(change => change.Action == "clear").Select(change => (change.Message, change.Actor, change.Reason)),
            Is.EqualTo(new[] { ("slow again", Environment.UserName, null), ("slow", "lead & co", "it is over") }));
    }

    private static async Task<JsonElement> ReadAsync(SmplatApp app) =>
        (await app.Client.GetFromJsonAsync<JsonElement>(Route)).GetProperty("banner");
}
