using System.Text.Json;
using Smplat.Cli.Commands.Jobs;

namespace Smplat.Tests.Cli;

public sealed class JobSummaryTests
{
    [TestCase("""{"sent":2,"dead":0,"dry_run":true,"lost":false,"until":"noon","note":null}""", "sent 2, dry run yes, until noon")]
    [TestCase("""{"sent":0,"dead":0}""", "nothing to do")]
    [TestCase("{}", "nothing to do")]
    [TestCase("null", "")]
    public void What_a_run_did_is_told_and_what_it_did_not_is_left_out(string summary, string expected) =>
        Assert.That(JobSummary.Tell(JsonDocument.Parse(summary).RootElement), Is.EqualTo(expected));
}
