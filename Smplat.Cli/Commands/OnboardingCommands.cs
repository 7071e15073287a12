using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Guardrails;
using Smplat.Core.Onboarding;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Observability;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat onboarding nudges</c>: runs the two-hourly reminder job manually.</summary>
public sealed class OnboardingCommands : ICommandModule
{
    private static readonly Option<int> IdleHours = new("--idle-hours") { Description = "Hours without activity before a reminder, 1 to 8760.", DefaultValueFactory = _ => 24 };

    private static readonly Option<int> Limit = new("--limit") { Description = "Maximum number of journeys, 1 to 10000.", DefaultValueFactory = _ => 100 };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show who would be reminded; write nothing." };

    private static readonly Option<string> TriggeredBy = new("--triggered-by")
    {
        Description = "Who starts the run; recorded with every reminder.",
        DefaultValueFactory = _ => NudgeCommand.Automation,
    };

    private static readonly Option<bool> SkipReadiness = new("--skip-readiness") { Description = "Run even if readiness reports an error." };

    public void AddTo(RootCommand root)
    {
        var nudges = new CliCommand(
            "nudges",
            "Remind clients of open onboarding tasks, with one message per journey.",
            "smplat onboarding nudges --idle-hours 24 --limit 100 --dry-run",
            "smplat onboarding nudges --idle-hours 48 --triggered-by on-call")
        {
            IdleHours, Limit, DryRun, TriggeredBy, SkipReadiness,
        };
        nudges.SetWork(NudgeAsync);
        root.Subcommands.Add(new Command("onboarding", "Onboarding journeys.") { nudges });
    }

    private static async Task<int> NudgeAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (hours, limit) = (parsed.GetValue(IdleHours), parsed.GetValue(Limit));
        if (hours is < 1 or > 8_760 || limit is < 1 or > 10_000)
        {
            throw new UsageException("--idle-hours must be 1 to 8760 and --limit 1 to 10000.");
        }

        await using var services = CliServices.Create(parsed, services => services.AddOrders().AddOnboarding().AddGuardrails());
        var order = new NudgeCommand(TimeSpan.FromHours(hours), limit, parsed.GetValue(DryRun), parsed.GetValue(TriggeredBy)!);
        if (!order.IsDryRun && !parsed.GetValue(SkipReadiness))
        {
            var readiness = await services.GetRequiredService<ReadinessCheck>().CheckAsync(cancellationToken);
            if (readiness.Status == ComponentStatus.Error)
            {
                return CliCommand.Fail("Readiness reports an error. Fix it, or use --skip-readiness.");
            }
        }

        var report = await services.GetRequiredService<NudgeRun>().RunAsync(order, cancellationToken);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        return parsed.Show(new { order.IsDryRun, report.Journeys, report.Messages, report.Skipped, report.Due }, () => Print(report, order, now));
    }

    private static void Print(NudgeReport report, NudgeCommand order, DateTimeOffset now)
    {
        if (report.Due.Count > 0)
        {
            var table = new TextTable("", "order", "task", "reason", "#idle h", "channel");
            foreach (var task in report.Due)
            {
                table.Add(
                    task.OrderNumber, task.TaskSlug, task.Reason, task.IdleHours(now).ToString(CultureInfo.InvariantCulture), task.RecommendedChannel);
            }

            table.Write();
        }

        Console.WriteLine(order.IsDryRun
            ? string.Create(CultureInfo.InvariantCulture, $"Dry run: {report.Due.Count} tasks of {report.Journeys} journeys are due; nothing was written.")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{report.Due.Count} tasks of {report.Journeys} journeys were due: {report.Messages} messages queued, {report.Skipped} skipped."));
    }
}
