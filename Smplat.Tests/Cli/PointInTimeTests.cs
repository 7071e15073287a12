using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Smplat.Cli;
using Smplat.Cli.Commands;
using Smplat.Tests.Support;

namespace Smplat.Tests.Cli;

/// <summary>Times on the command line: UTC unless they say otherwise, and never a guess.</summary>
public sealed class PointInTimeTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 8, 12, 0, 0, TimeSpan.Zero);

    [TestCase("30m", "2026-03-08T11:30:00Z")]
    [TestCase("24h", "2026-03-07T12:00:00Z")]
    [TestCase("7d", "2026-03-01T12:00:00Z")]
    [TestCase("2026-03-04", "2026-03-04T00:00:00Z")]
    [TestCase("2026-03-04T10:00", "2026-03-04T10:00:00Z")]
    [TestCase("2026-03-04 10:00", "2026-03-04T10:00:00Z")]
    [TestCase("2026-03-04 10:00:00Z", "2026-03-04T10:00:00Z")]
    [TestCase("2026-03-04t10:00:30.5z", "2026-03-04T10:00:30.5Z")]
    [TestCase("2026-03-04T10:00+02:00", "2026-03-04T08:00:00Z")]
    [TestCase("2026-03-04T10:00:00-05:00", "2026-03-04T15:00:00Z")]
    public void A_time_without_an_offset_is_utc(string text, string expected) =>
        Assert.That(PointInTime.Parse(text, Now, "--since").ToString("O", CultureInfo.InvariantCulture), Is.EqualTo(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture).ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)));

    [TestCase("10:00")]
    [TestCase("03/04/2026")]
    [TestCase("4.3.2026")]
    [TestCase("2026-3-4")]
    [TestCase("2026-02-30")]
    [TestCase("March 4")]
    [TestCase("yesterday")]
    [TestCase("1772442000")]
    [TestCase("20260304")]
    [TestCase("-1h")]
    [TestCase("7w")]
    [TestCase("99999999d")]
    [TestCase("")]
    public void What_could_be_read_in_two_ways_is_refused_with_the_accepted_forms(string text) =>
        Assert.That(
            () => PointInTime.Parse(text, Now, "--since"),
            Throws.TypeOf<UsageException>().With.Message.Contains("--since").And.Message.Contains("2026-03-04T10:00Z").And.Message.Contains("24h"));

    [Test]
    public void What_a_table_prints_can_be_given_back() => Prop.ForAll<PositiveInt>(seconds =>
    {
        var moment = Now.AddSeconds(-seconds.Get);
        return PointInTime.Parse(moment.ToString("u", CultureInfo.InvariantCulture), Now, "--since") == moment && PointInTime.Parse(moment.ToString("O", CultureInfo.InvariantCulture), Now, "--since") == moment;
    }).QuickCheckThrowOnFailure();

    [TestCase("export", "offer-events", "--since", "10:00")]
    [TestCase("export", "offer-events", "--until", "03/04/2026")]
    [TestCase("fulfillment", "dead-letters", "list", "--since", "10:00")]
    [TestCase("fulfillment", "dead-letters", "redrive", "--since", "03/04/2026", "--reason", "x", "--actor", "y")]
    [TestCase("commerce", "log", "--since", "10:00")]
    [TestCase("commerce", "replay", "--since", "10:00")]
    [TestCase("commerce", "experiment", "--since", "03/04/2026")]
    [TestCase("incident", "snapshot", "--since", "10:00")]
    public async Task Every_command_refuses_such_a_time_with_exit_code_2(params string[] args)
    {
        var run = await CliRun.RunAsync(args, new Dictionary<string, string> { ["SMPLAT_DATABASE"] = "Host=127.0.0.1;Port=1;Username=u" });

        Assert.That(run.ExitCode, Is.EqualTo(2), run.Error);
        Assert.That(run.Error.ReplaceLineEndings(" "), Does.Contain("is not a time"));
    }
}
