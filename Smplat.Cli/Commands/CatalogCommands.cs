using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Merchandising;
using Smplat.Core.Platform.Database;
using Spectre.Console;

namespace Smplat.Cli.Commands;

/// <summary>
/// <c>smplat catalog</c>: bringing the catalog of one environment into another, rolling that back, and the checklist of the
/// merchandising console.
/// </summary>
public sealed class CatalogCommands : ICommandModule
{
    private const int LongestValue = 60;

    private static readonly Option<string?> From = new("--from")
    {
        Description = "Database to promote from: a connection string, or the name of an environment variable that holds one. Only read.",
    };

    private static readonly Option<string> To = new("--to")
    {
        Description = "Database to promote to: a connection string, or the name of an environment variable that holds one.",
        Required = true,
    };

    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would change and write the plan; change nothing." };

    private static readonly Option<string?> PlanFile = new("--plan")
    {
        Description = "File of the plan: written with --dry-run, applied without it.",
    };

    private static readonly Option<string> By = new("--by") { Description = "Who does it; recorded.", DefaultValueFactory = _ => Environment.UserName };

    private static readonly Argument<string> Promotion = new("promotion") { Description = "Id of the promotion, as it was printed when it was applied." };

    public void AddTo(RootCommand root)
    {
        var promote = new CliCommand(
            "promote",
            "Bring products and bundles from one database into another: first make a plan with --dry-run, read it, then apply it. A plan is applied as a whole, and only while the target is as it was shown.",
            "smplat catalog promote --from STAGING_DATABASE --to SMPLAT_DATABASE --dry-run --plan plan.json",
            "smplat catalog promote --to SMPLAT_DATABASE --plan plan.json --by ana")
        {
            From, To, DryRun, PlanFile, By,
        };
        promote.SetWork(PromoteAsync);
        var rollback = new CliCommand(
            "rollback",
            "Undo a promotion as a whole, if nothing that it wrote was changed or ordered since.",
            "smplat catalog rollback 9f2c... --to SMPLAT_DATABASE --by ana")
        {
            Promotion, To, By,
        };
        rollback.SetWork(RollBackAsync);
        var qa = new CliCommand(
            "qa",
            "Run the checklist of the merchandising console against a running app, with a product of its own in the channel qa, which is removed afterwards.",
            "smplat catalog qa --base-url https://staging.example.com")
        {
            ApiOptions.BaseUrl, ApiOptions.ApiKey, ApiOptions.Timeout,
        };
        qa.SetWork(RunChecksAsync);
        root.Subcommands.Add(new Command("catalog", "Products and bundles.") { promote, rollback, qa });
    }

    private static Task<int> PromoteAsync(ParseResult parsed, CancellationToken cancellationToken) => parsed.GetValue(DryRun)
        ? PlanAsync(parsed, cancellationToken)
        : ApplyAsync(parsed, cancellationToken);

    private static async Task<int> PlanAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var from = parsed.GetValue(From) ?? throw new UsageException("--dry-run needs --from, the database to promote from.");
        await using var source = await OpenAsync("--from", from, cancellationToken);
        await using var target = await OpenAsync("--to", parsed.GetValue(To)!, cancellationToken);
        var plan = await target.GetRequiredService<CatalogPromotion>().PlanAsync(source.GetRequiredService<CatalogPromotion>(), cancellationToken);
        if (parsed.GetValue(PlanFile) is { } file)
        {
            await File.WriteAllTextAsync(file, plan.ToText(), cancellationToken);
        }

        return parsed.Show(
            new
            {
                plan = plan.Id,
                changes = plan.Changes.Select(change => new
                {
                    kind = change.Kind,
                    slug = change.Slug,
                    action = change.Action,
                    members = change.Differences().Select(entry => new { member = entry.Member, before = entry.Before, after = entry.After }),
                }),
                unchanged = plan.Unchanged,
                only_in_target = plan.OnlyInTarget,
                media_to_upload = plan.MediaToUpload,
            },
            () => Print(plan, parsed.GetValue(PlanFile)));
    }

    private static void Print(CatalogPlan plan, string? file)
    {
        foreach (var change in plan.Changes)
        {
            AnsiConsole.MarkupLine($"[bold]{change.Action}[/] {change.Kind} [green]{Markup.Escape(change.Slug)}[/]");
            foreach (var (member, before, after) in change.Differences())
            {
                Console.WriteLine(change.Before is null ? $"    {member}: {Short(after)}" : $"    {member}: {Short(before)} -> {Short(after)}");
            }
        }

        var created = plan.Changes.Count(change => change.Before is null);
        Console.WriteLine($"{created} to create, {plan.Changes.Count - created} to update, {plan.Unchanged} the same.");
        if (plan.OnlyInTarget.Count > 0)
        {
            Console.WriteLine($"Only in the target, where they stay: {string.Join(", ", plan.OnlyInTarget)}.");
        }

        if (plan.MediaToUpload.Count > 0)
        {
            Console.WriteLine($"Files are not promoted. Upload the media of {string.Join(", ", plan.MediaToUpload)} in the target.");
        }

        Console.WriteLine(file is null
            ? "Nothing was changed. Add --plan FILE to keep this plan and apply it."
            : $"Nothing was changed. Plan {plan.Id} is in {file}; apply it with --plan {file} and without --dry-run.");
    }

    private static string Short(string? json) => Smplat.Core.Platform.Input.SafeText.Cut(json ?? "none", LongestValue, "...");

    private static async Task<int> ApplyAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var file = parsed.GetValue(PlanFile)
            ?? throw new UsageException("Make a plan first: add --dry-run --plan FILE, read it, then apply it with --plan FILE.");
        if (!CatalogPlan.TryParse(await File.ReadAllTextAsync(file, cancellationToken), out var plan, out var problem))
        {
            throw new UsageException($"{file}: {problem}");
        }

        await using var target = await OpenAsync("--to", parsed.GetValue(To)!, cancellationToken);
        var outcome = await target.GetRequiredService<CatalogPromotion>().ApplyAsync(plan, parsed.GetValue(By)!, cancellationToken);
        return Show(parsed, outcome, "applied", "Make a new plan with --dry-run.");
    }

    private static async Task<int> RollBackAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var target = await OpenAsync("--to", parsed.GetValue(To)!, cancellationToken);
        var outcome = await target.GetRequiredService<CatalogPromotion>().RollBackAsync(
            parsed.GetValue(Promotion)!, parsed.GetValue(By)!, cancellationToken);
        return Show(parsed, outcome, "rolled back", "Settle these in the console.");
    }

    private static int Show(ParseResult parsed, PromotionOutcome outcome, string deed, string advice) => outcome switch
    {
        PromotionOutcome.Done done => parsed.Show(
            new { promotion = done.Promotion, changes = done.Changes, done_before = (DateTimeOffset?)null },
            $"Promotion {done.Promotion} is {deed}: {done.Changes} changes."),
        PromotionOutcome.DoneBefore before => parsed.Show(
            new { promotion = before.Promotion, changes = 0, done_before = (DateTimeOffset?)before.DoneAt },
            $"Promotion {before.Promotion} was {deed} at {before.DoneAt:u}; nothing was changed now."),
        PromotionOutcome.Refused refused => CliCommand.Fail(
            $"Nothing was changed.{Environment.NewLine}{string.Join(Environment.NewLine, refused.Problems)}{Environment.NewLine}{advice}"),
        _ => throw new InvalidOperationException($"No answer for {outcome}."),
    };

    /// <summary>The operations on one of the two databases, which has every migration of this version.</summary>
    private static async Task<ServiceProvider> OpenAsync(string option, string given, CancellationToken cancellationToken)
    {
        var connection = IsVariable(given)
            ? CliConfiguration.Build(null)[given] ?? throw new UsageException($"{option} names the environment variable {given}, which is not set.")
            : given;
        var services = CliServices.Create(connection, add => add.AddMerchandising());
        var status = await services.GetRequiredService<Migrator>().InspectAsync(cancellationToken);
        if (status.Pending.Count == 0)
        {
            return services;
        }

        await services.DisposeAsync();
        throw new UsageException($"The database of {option} lacks {string.Join(", ", status.Pending)}; run smplat migrate there first.");
    }

    private static bool IsVariable(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterUpper(letter) || char.IsAsciiDigit(letter) || letter == '_');

    private static async Task<int> RunChecksAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var api = ApiOptions.Connect(parsed);
        var checks = new CatalogChecks(api, parsed.IsJson());
        var problem = await checks.RunAsync(cancellationToken);
        return problem is null
            ? parsed.Show(new { passed = true, checks = checks.Passed, failed = (string?)null }, $"[qa] {checks.Passed.Count} checks passed")
            : parsed.IsJson()
                ? parsed.Show(new { passed = false, checks = checks.Passed, failed = problem }, "", CommandLine.Failed)
                : CliCommand.Fail($"[qa] failed: {problem}");
    }
}
