using Smplat.LocalHost.Hosting;
using Smplat.LocalHost.Hosting.Rpc;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class HostLogTests
{
    private readonly Diary _lines = new();

    [Test]
    public void A_line_has_time_level_category_and_message()
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
    public void A_line_of_JSON_is_written_unchanged()
    {
        Log().Worker(new() { Category = "Shop", Level = RpcLog.Types.Level.Information, Message = """{"service":"shop"}""" });

        Assert.That(_lines.Entries[^1], Is.EqualTo("""{"service":"shop"}"""));
    }

    [TestCase(RpcLog.Types.RpcLogCategory.System, RpcLog.Types.Level.Information, false)]
    [TestCase(RpcLog.Types.RpcLogCategory.System, RpcLog.Types.Level.Warning, true)]
    [TestCase(RpcLog.Types.RpcLogCategory.CustomMetric, RpcLog.Types.Level.Error, false)]
    [TestCase(RpcLog.Types.RpcLogCategory.User, RpcLog.Types.Level.Trace, true)]
    public void Lines_of_the_runtime_are_shown_from_level_warning_on(
        RpcLog.Types.RpcLogCategory category, RpcLog.Types.Level level, bool isShown)
    {
        var lines = new Diary();

        new HostLog(lines.Write, logsRequests: true, new FixedClock()).Worker(new() { Category = "x", Level = level, LogCategory = category, Message = "text" });

        Assert.That(lines.Entries, isShown ? Has.Count.EqualTo(1) : Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Requests_are_logged_when_enabled(bool logs)
    {
        var lines = new Diary();

        new HostLog(lines.Write, logs, new FixedClock()).Request("GET", "/orders", 200, TimeSpan.FromMilliseconds(12.34), "Orders");

        Assert.That(lines.Entries, Is.EqualTo(logs ? ["09:00:00 info Orders: GET /orders 200 in 12.3 ms"] : Array.Empty<string>()));
    }

    [Test]
    public void Output_of_the_worker_is_shown_unchanged()
    {
        Log().WorkerOutput("  plain");

        Assert.That(_lines.Entries[^1], Is.EqualTo("  plain"));
    }

    private HostLog Log() => new(_lines.Write, logsRequests: true, new FixedClock());
}
