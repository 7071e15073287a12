using Smplat.LocalHost.Hosting;
using Smplat.LocalHost.Hosting.Rpc;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Hosting;

[Parallelizable]
public sealed class HostLogTests
{
    private readonly Diary _lines = new();

    [Test]
    public void A_line_tells_time_level_category_and_message()
    {
        Log().Worker(new() { Category = "Shop.Orders", Level = RpcLog.Types.Level.Information, Message = "Order routed." });

        Assert.That(_lines.Entries[^1], Is.EqualTo("09:00:00 info Shop.Orders: Order routed."));
    }

    [Test]
    public void An_exception_follows_its_message()
    {
        Log().Worker(new()
        {
            Category = "Shop",
            Level = RpcLog.Types.Level.Error,
            Message = "Not routed.",
            Exception = new() { Message = "No provider.", StackTrace = "   at Shop.Route()" },
        });

        Assert.That(_lines.Entries[^1].ReplaceLineEndings("\n"), Is.EqualTo("09:00:00 fail Shop: Not routed.\nNo provider.\n   at Shop.Route()"));
    }

    [Test]
    public void A_line_that_is_JSON_already_passes_as_it_is()
    {
        Log().Worker(new() { Category = "Shop", Level = RpcLog.Types.Level.Information, Message = """{"service":"shop"}""" });

        Assert.That(_lines.Entries[^1], Is.EqualTo("""{"service":"shop"}"""));
    }

    [TestCase(RpcLog.Types.RpcLogCategory.System, RpcLog.Types.Level.Information, false)]
    [TestCase(RpcLog.Types.RpcLogCategory.System, RpcLog.Types.Level.Warning, true)]
    [TestCase(RpcLog.Types.RpcLogCategory.CustomMetric, RpcLog.Types.Level.Error, false)]
    [TestCase(RpcLog.Types.RpcLogCategory.User, RpcLog.Types.Level.Trace, true)]
    public void What_the_runtime_says_of_itself_is_shown_from_warnings_on(
        RpcLog.Types.RpcLogCategory category, RpcLog.Types.Level level, bool isShown)
    {
        var lines = new Diary();

        new HostLog(lines.Write, logsRequests: true, new FixedClock()).Worker(new() { Category = "x", Level = level, LogCategory = category, Message = "text" });

        Assert.That(lines.Entries, isShown ? Has.Count.EqualTo(1) : Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Requests_are_told_when_that_is_asked_for(bool logs)
    {
        var lines = new Diary();

        new HostLog(lines.Write, logs, new FixedClock()).Request("GET", "/orders", 200, TimeSpan.FromMilliseconds(12.34), "Orders");

        Assert.That(lines.Entries, Is.EqualTo(logs ? ["09:00:00 info Orders: GET /orders 200 in 12.3 ms"] : Array.Empty<string>()));
    }

    [Test]
    public void What_the_worker_prints_is_shown_as_it_is()
    {
        Log().WorkerOutput("  plain");

        Assert.That(_lines.Entries[^1], Is.EqualTo("  plain"));
    }

    private HostLog Log() => new(_lines.Write, logsRequests: true, new FixedClock());
}
