using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Smplat.Core.Guardrails;
using Smplat.Core.Onboarding;
using Smplat.Core.Orders;
using Smplat.Core.Platform.Jobs;

namespace Smplat.Cli.Commands;

/// <summary><c>smplat onboarding nudges</c>: runs the two-hourly reminder job manually.</summary>
public sealed class OnboardingCommands : ICommandModule
{
    private static readonly Option<int?> IdleHours = new("--idle-hours") { Description = "Hours without activity before a reminder, 1 to 8760. Default: from the settings." };

    private static readonly Option<int?> Limit = new("--limit") { Description = "Maximum number of journeys, 1 to 10000. Default: from the settings." };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show who would be reminded; write nothing." };

    public void AddTo(RootCommand root)
    {
        var nudges = new CliCommand(
            "nudges",
            "Let the app remind clients of open onboarding tasks, with one message per journey.",
            "smplat onboarding nudges --idle-hours 24 --limit 100 --dry-run",
            "smplat onboarding nudges --idle-hours 48 --triggered-by on-call")
        {
            IdleHours, Limit, DryRun,
        };
        AppJob.AddOptions(nudges);
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

        if (!parsed.GetValue(DryRun))
        {
            var arguments = new Dictionary<string, int?> { [JobParameter.IdleHours] = hours, [JobParameter.Limit] = limit };
            return await AppJob.RunAsync(parsed, "onboarding-nudges", "", arguments, cancellationToken);
        }

        await using var services = CliServices.Create(parsed, services => services.AddOrders().AddOnboarding().AddGuardrails());
        var settings = services.GetRequiredService<IOptionsMonitor<OnboardingOptions>>().CurrentValue;
        var order = new NudgeCommand(
            TimeSpan.FromHours(hours ?? settings.IdleHours), limit ?? settings.NudgeLimit, true, parsed.GetValue(AppJob.TriggeredBy)!);
        var report = await services.GetRequiredService<NudgeRun>().RunAsync(order, cancellationToken);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        return parsed.Show(new { order.IsDryRun, report.Journeys, report.Messages, report.Skipped, report.Due }, () => Print(report, now));
    }

    private static void Print(NudgeReport report, DateTimeOffset now)
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

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"Dry run: {report.Due.Count} tasks of {report.Journeys} journeys are due; nothing was written."));
    }
}
