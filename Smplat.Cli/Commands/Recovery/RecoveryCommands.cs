using System.CommandLine;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Billing;
using Smplat.Core.Checkout;
using Smplat.Core.Operators;
using Smplat.Core.Platform.Jobs;
using Spectre.Console;

namespace Smplat.Cli.Commands.Recovery;

/// <summary><c>smplat recovery</c>: win checkouts and hosted sessions back by hand, and repair what is stuck.</summary>
public sealed class RecoveryCommands : ICommandModule
{
    private static readonly JsonSerializerOptions Readable = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    private static readonly Option<string> TriggeredBy = new("--triggered-by")
    {
        Description = "Label of the run in the ledger.",
        DefaultValueFactory = _ => "manual",
    };

    private static readonly Option<int?> Limit = new("--limit") { Description = "Most sessions; default the setting's." };

    private static readonly Option<int?> MaxAttempts = new("--max-attempts") { Description = "Attempts for one session; default the setting's." };

    private static readonly Option<string?> Out = new("--out") { Description = "File for the plan; default standard output." };

    private static readonly Option<int> PlanLimit = new("--plan-limit") { Description = "Most items of each sort.", DefaultValueFactory = _ => 500 };

    private static readonly Argument<string> Plan = new("plan") { Description = "Plan file of smplat recovery inspect." };

    public void AddTo(RootCommand root)
    {
        var checkout = new CommandWithExamples(
            "run",
            "Sweep stalled checkouts now.",
            "smplat recovery checkout run",
            "smplat recovery checkout run --force")
        { TriggeredBy, ReadyGate.Force };
        checkout.SetWork(SweepAsync);
        var hosted = new CommandWithExamples(
            "run",
            "Recover hosted payment sessions now.",
            "smplat recovery hosted run --triggered-by manual",
            "smplat recovery hosted run --limit 10 --force")
        { TriggeredBy, Limit, MaxAttempts, ReadyGate.Force };
        hosted.SetWork(RecoverAsync);
        var inspect = new CommandWithExamples(
            "inspect",
            "List what does not recover by itself, as a plan.",
            "smplat recovery inspect",
            "smplat recovery inspect --out plan.json")
        { Out, PlanLimit };
        inspect.SetWork(InspectAsync);
        var apply = new CommandWithExamples(
            "apply",
            "Do what a plan says; what has changed since is left alone.",
            "smplat recovery inspect --out plan.json",
            "smplat recovery apply plan.json")
        { Plan };
        apply.SetWork(ApplyAsync);
        root.Subcommands.Add(new Command("recovery", "Stalled checkouts, hosted sessions and stuck messages.")
        {
            new Command("checkout", "Stalled checkouts.") { checkout },
            new Command("hosted", "Hosted payment sessions.") { hosted },
            inspect,
            apply,
        });
    }

    private static async Task<int> SweepAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = RecoveryServices.Create(parsed);
        if (await ReadyGate.RefuseAsync(services, parsed, "catalog_scheduler", cancellationToken) is { } refusal)
        {
            return CliCommand.Fail(refusal, CommandLine.Failed);
        }

        var run = new JobRun(Guid.NewGuid(), parsed.GetValue(TriggeredBy)!, 1, TimeProvider.System.GetUtcNow());
        var report = await services.GetRequiredService<RecoverySweepJob>().RunAsync(run, cancellationToken);
        Console.WriteLine(JsonSerializer.Serialize(report.Summary, Readable));
        return 0;
    }

    private static async Task<int> RecoverAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = RecoveryServices.Create(parsed);
        if (await ReadyGate.RefuseAsync(services, parsed, "hosted_session_recovery", cancellationToken) is { } refusal)
        {
            return CliCommand.Fail(refusal, CommandLine.Failed);
        }

        var report = await services.GetRequiredService<HostedRecovery>().RunAsync(
            parsed.GetValue(TriggeredBy)!, parsed.GetValue(Limit), parsed.GetValue(MaxAttempts), cancellationToken);
        Console.WriteLine(JsonSerializer.Serialize(report, Readable));
        return 0;
    }

    private static async Task<int> InspectAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var services = RecoveryServices.Create(parsed);
        var plan = await services.GetRequiredService<RecoveryRepair>().InspectAsync(parsed.GetValue(PlanLimit), cancellationToken);
        var json = JsonSerializer.Serialize(plan, Readable);
        if (parsed.GetValue(Out) is not { } file)
        {
            Console.WriteLine(json);
            return 0;
        }

        await File.WriteAllTextAsync(file, json + "\n", cancellationToken);
        return parsed.Show(
            new { file, items = plan.Items.Count },
            $"{plan.Items.Count} items in {file}. Read it, change actions where you know better, then: smplat recovery apply {file}");
    }

    private static async Task<int> ApplyAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var plan = await ReadAsync(parsed.GetValue(Plan)!, cancellationToken);
        await using var services = RecoveryServices.Create(parsed);
        var results = await services.GetRequiredService<RecoveryRepair>().ApplyAsync(plan, cancellationToken);
        return parsed.Show(results, () => Print(results));
    }

    private static void Print(IEnumerable<RepairResult> results)
    {
        var table = new Table().AddColumns("subject", "name", "action", "outcome");
        foreach (var result in results)
        {
            table.AddRow(
                Markup.Escape(result.Item.Subject),
                Markup.Escape(result.Item.Name),
                Markup.Escape(result.Item.Action),
                Markup.Escape(result.Outcome));
        }

        Terminal.Out.Write(table);
    }

    private static async Task<RepairPlan> ReadAsync(string file, CancellationToken cancellationToken)
    {
        try
        {
            var plan = JsonSerializer.Deserialize<RepairPlan>(await File.ReadAllTextAsync(file, cancellationToken), Readable);
            if (plan?.Items is null || plan.Items.Any(item => !RepairAction.All.Contains(item.Action)))
            {
                throw new UsageException($"{file} is no plan, or has an action other than {string.Join(", ", RepairAction.All)}.");
            }

            return plan;
        }
        catch (JsonException exception)
        {
            throw new UsageException($"{file} is no plan: {exception.Message}");
        }
    }
}
