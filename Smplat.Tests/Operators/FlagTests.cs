using System.Net.Http.Json;
using System.Text.Json;
using Smplat.Tests.Support;

namespace Smplat.Tests.Operators;

public sealed class FlagTests
{
    [TestCase("true", true)]
    [TestCase("no", false)]
    public async Task A_switch_is_shown_as_the_app_reads_it(string text, bool expected)
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { ["LOOPGPT_KROGER_MOCK"] = text });

        var flags = (await app.Client.GetFromJsonAsync<JsonElement>("/api/v1/operators/flags")).GetProperty("flags");

        Assert.That(
            flags.EnumerateArray().Single(flag => flag.GetProperty("setting").GetString() == "LOOPGPT_KROGER_MOCK").GetProperty("is_on").GetBoolean(),
            Is.EqualTo(expected));
    }
}
