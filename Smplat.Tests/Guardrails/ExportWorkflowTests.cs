using System.Diagnostics;
using System.Text.Json;
using Smplat.LocalHost.LocalServices.Processes;
using Smplat.Tests.Infra;
using Smplat.Tests.Support;

namespace Smplat.Tests.Guardrails;

/// <summary>The workflow of the export does nothing, and says so, until it is configured.</summary>
[Parallelizable]
public sealed class ExportWorkflowTests
{
    private const string Check = "configured";

    private static readonly JsonElement[] Steps =
    [
        .. Yaml.Read(Path.Combine(InfraFiles.Workflows, "guardrail-followup-export.yml"))
            .GetProperty("jobs").GetProperty("export").GetProperty("steps").EnumerateArray(),
    ];

    [TestCase("", "", "", "", false, "GUARDRAIL_EXPORT_DATABASE_URL is not set")]
    [TestCase("postgres://x", "", "", "", false, "ANALYTICS_GUARDRAIL_WEBHOOK")]
    [TestCase("postgres://x", "https://x", "", "", true, "")]
    [TestCase("postgres://x", "", "s3://b/p", "s3://b/c", true, "")]
    public async Task The_first_step_says_whether_there_is_something_to_do(
        string database, string webhook, string bucket, string cursor, bool isReady, string says)
    {
        var (exitCode, output, isSaidToBeReady) = await RunAsync(database, webhook, bucket, cursor);

        Assert.That((exitCode, isSaidToBeReady), Is.EqualTo((0, isReady)), output);
        Assert.That(output, says.Length == 0 ? Is.Empty : Does.StartWith("::notice::Nothing is exported").And.Contain(says));
    }

    [Test]
    public async Task A_bucket_without_a_place_for_the_cursor_is_an_error()
    {
        var (exitCode, output, isSaidToBeReady) = await RunAsync("postgres://x", "", "s3://b/p", "");

        Assert.That((exitCode, isSaidToBeReady), Is.EqualTo((1, false)));
        Assert.That(output, Does.Contain("GUARDRAIL_EXPORT_CURSOR_S3_URI"));
    }

    [Test]
    public void Every_other_step_waits_for_its_answer_except_the_one_that_tells_of_a_failure() =>
        Assert.That(
            Steps.Where(step => !(step.TryGetProperty("id", out var id) && id.GetString() == Check))
                .Select(step => step.GetProperty("if").GetString()!)
                .Where(condition => !condition.Contains($"steps.{Check}.outputs.ready == 'true'", StringComparison.Ordinal)),
            Is.EqualTo(new[] { "failure() && env.GUARDRAIL_EXPORT_SLACK_WEBHOOK != ''" }));

    private static async Task<(int ExitCode, string Output, bool IsReady)> RunAsync(string database, string webhook, string bucket, string cursor)
    {
        var script = Steps.Single(step => step.TryGetProperty("id", out var id) && id.GetString() == Check).GetProperty("run").GetString()!;
        var answer = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("bash", ["-e", "-c", script]);
            start.Environment["SMPLAT_DATABASE"] = database;
            start.Environment["ANALYTICS_GUARDRAIL_WEBHOOK"] = webhook;
            start.Environment["GUARDRAIL_EXPORT_S3_URI"] = bucket;
            start.Environment["GUARDRAIL_EXPORT_CURSOR_S3_URI"] = cursor;
            start.Environment["GITHUB_OUTPUT"] = answer;
            var run = await LocalCommand.RunAsync(start, TimeSpan.FromSeconds(30), CancellationToken.None);
            return (run.ExitCode, run.Output, (await File.ReadAllTextAsync(answer)).Contains("ready=true", StringComparison.Ordinal));
        }
        finally
        {
            File.Delete(answer);
        }
    }
}
