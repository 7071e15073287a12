using System.Data;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Npgsql;
using Smplat.Core.Platform.Database;

namespace Smplat.Core.Merchandising;

/// <summary>The outcome of applying a plan or of rolling it back.</summary>
public abstract record PromotionOutcome
{
    private PromotionOutcome()
    {
    }

    /// <param name="Promotion">The promotion, by which it can be rolled back.</param>
    /// <param name="Changes">How many products and bundles were written.</param>
    public sealed record Done(string Promotion, int Changes) : PromotionOutcome;

    /// <summary>It was done before; nothing was changed now.</summary>
    public sealed record DoneBefore(string Promotion, DateTimeOffset DoneAt) : PromotionOutcome;

    /// <summary>Nothing was changed.</summary>
    /// <param name="Problems">Each names a product or bundle and what is in the way.</param>
    public sealed record Refused(IReadOnlyList<string> Problems) : PromotionOutcome;
}

/// <summary>
/// Brings the catalog of one environment into another: compares them, applies a plan as a whole or not at all, and rolls it back
/// as a whole or not at all. A plan is applied only while the target still is what the plan was shown against, and rolled back
/// only while the target still is what the plan made of it, so no change of somebody else is ever overwritten.
/// </summary>
public sealed class CatalogPromotion(
    NpgsqlDataSource database,
    CatalogStore catalog,
    ProductStore products,
    BundleStore bundles,
    ProductAuditStore audit,
    TimeProvider clock,
    ILogger<CatalogPromotion> logger)
{
    /// <summary>What it takes to make this catalog like another one.</summary>
    public async Task<CatalogPlan> PlanAsync(CatalogPromotion source, CancellationToken cancellationToken)
    {
        var (theirs, ours) = (await source.ReadAsync(cancellationToken), await ReadAsync(cancellationToken));
        return CatalogPlan.Create(theirs, ours, clock.GetStoredNow());
    }

    public async Task<PromotionOutcome> ApplyAsync(CatalogPlan plan, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await bundles.LockWritesAsync(transaction, cancellationToken);
        if (await catalog.FindPromotionAsync(plan.Id, transaction, cancellationToken) is { } before)
        {
            return before.RolledBackAt is null
                ? new PromotionOutcome.DoneBefore(plan.Id, before.AppliedAt)
                : new PromotionOutcome.Refused(["This plan was applied and rolled back; make a new one with --dry-run."]);
        }

        var held = await LockAsync(plan, transaction, cancellationToken);
        if (held.Differing(plan, change => change.Before) is { Count: > 0 } differing)
        {
            return new PromotionOutcome.Refused(differing);
        }

        var step = new Step(plan.Id, new(actor, null), clock.GetStoredNow(), transaction);
        foreach (var change in plan.Changes)
        {
            await WriteAsync(change, change.After, held, step, cancellationToken);
        }

        if (await FindProblemsAsync(plan, transaction, cancellationToken) is { Count: > 0 } problems)
        {
            return new PromotionOutcome.Refused(problems);
        }

        await catalog.AddPromotionAsync(plan.Id, plan.ToText(), actor, step.Now, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        MerchandisingLog.Promoted(logger, plan.Id, plan.Changes.Count);
        return new PromotionOutcome.Done(plan.Id, plan.Changes.Count);
    }

    public async Task<PromotionOutcome> RollBackAsync(string promotion, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await bundles.LockWritesAsync(transaction, cancellationToken);
        if (await catalog.FindPromotionAsync(promotion, transaction, cancellationToken) is not { } applied)
        {
            return new PromotionOutcome.Refused([$"No promotion {promotion} was applied here."]);
        }

        if (applied.RolledBackAt is { } doneAt)
        {
            return new PromotionOutcome.DoneBefore(promotion, doneAt);
        }

        var plan = applied.ReadPlan();
        var held = await LockAsync(plan, transaction, cancellationToken);
        IReadOnlyList<string> problems = [.. held.Differing(plan, change => change.After), .. await FindOrderedAsync(plan, held, transaction, cancellationToken)];
        if (problems.Count > 0)
        {
            return new PromotionOutcome.Refused(problems);
        }

        // Bundles first: a product is deleted only when no bundle contains it any more.
        var step = new Step(promotion, new(actor, null), clock.GetStoredNow(), transaction);
        foreach (var change in plan.Changes.Reverse())
        {
            if (change.Before is { } before)
            {
                await WriteAsync(change, before, held, step, cancellationToken);
            }
            else if (await DeleteAsync(change, held, step, cancellationToken) is { } problem)
            {
                return new PromotionOutcome.Refused([problem]);
            }
        }

        await catalog.MarkRolledBackAsync(promotion, actor, step.Now, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        MerchandisingLog.RolledBack(logger, promotion, plan.Changes.Count);
        return new PromotionOutcome.Done(promotion, plan.Changes.Count);
    }

    private async Task<CatalogState> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        return new(
            await products.ReadAllAsync(transaction, cancellationToken),
            await bundles.ReadAllAsync(transaction, cancellationToken),
            await catalog.ListProductsWithUploadsAsync(transaction, cancellationToken));
    }

    private async Task<Held> LockAsync(CatalogPlan plan, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        string[] SlugsOf(string kind) => [.. plan.Changes.Where(change => change.Kind == kind).Select(change => change.Slug)];

        return new(
            (await products.LockForChangeAsync(SlugsOf(CatalogChange.Product), transaction, cancellationToken)).ToDictionary(product => product.Slug),
            (await bundles.LockForChangeAsync(SlugsOf(CatalogChange.Bundle), transaction, cancellationToken)).ToDictionary(bundle => bundle.BundleSlug));
    }

    private async Task WriteAsync(CatalogChange change, JsonObject state, Held held, Step step, CancellationToken cancellationToken)
    {
        if (change.Kind == CatalogChange.Bundle)
        {
            await WriteBundleAsync(change.Slug, state, held.Bundles.GetValueOrDefault(change.Slug), step, cancellationToken);
            return;
        }

        var before = held.Products.GetValueOrDefault(change.Slug);
        var after = Snapshots.Apply(state.ToJsonString(), before ?? NewProduct(change.Slug, step.Now)) with
        {
            Version = (before?.Version ?? 0) + 1,
            UpdatedAt = step.Now,
        };
        if (before is null)
        {
            await products.InsertAsync(after, step.Transaction, cancellationToken);
        }
        else
        {
            await products.UpdateAsync(after, step.Transaction, cancellationToken);
        }

        await RecordAsync(after.Id, before is null ? ProductAction.Created : ProductAction.Updated, before, after, step, cancellationToken);
    }

    private Task WriteBundleAsync(string slug, JsonObject state, Bundle? before, Step step, CancellationToken cancellationToken)
    {
        var after = BundleSnapshots.Apply(state, before ?? NewBundle(slug, step.Now)) with { Version = (before?.Version ?? 0) + 1, UpdatedAt = step.Now };
        return before is null
            ? bundles.InsertAsync(after, step.Transaction, cancellationToken)
            : bundles.UpdateAsync(after, step.Transaction, cancellationToken);
    }

    /// <returns>Why it cannot be deleted.</returns>
    private async Task<string?> DeleteAsync(CatalogChange change, Held held, Step step, CancellationToken cancellationToken)
    {
        if (await bundles.ListUsersAsync(change.Slug, step.Transaction, cancellationToken) is { Count: > 0 } users)
        {
            return $"{change.Kind} {change.Slug}: it is a component of {string.Join(", ", users)} by now.";
        }

        if (change.Kind == CatalogChange.Bundle)
        {
            await bundles.DeleteAsync(held.Bundles[change.Slug].Id, step.Transaction, cancellationToken);
            return null;
        }

        var product = held.Products[change.Slug];
        if (await catalog.HasMediaAsync(product.Id, step.Transaction, cancellationToken))
        {
            return $"product {change.Slug}: media were added to it since; remove them first.";
        }

        await RecordAsync(product.Id, ProductAction.Deleted, product, null, step, cancellationToken);
        await products.DeleteAsync(product.Id, step.Transaction, cancellationToken);
        return null;
    }

    private Task RecordAsync(Guid id, string action, Product? before, Product? after, Step step, CancellationToken cancellationToken) => audit.AddAsync(
        ProductChange.From(id, action, before, after, step.Editor, step.Now) with { Metadata = JsonSerializer.Serialize(new { promotion = step.Promotion }) },
        step.Transaction,
        cancellationToken);

    /// <summary>Bundles of the plan that would contain themselves, or something that is not there.</summary>
    private async Task<IReadOnlyList<string>> FindProblemsAsync(CatalogPlan plan, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        string[] slugs = [.. plan.Changes.Where(change => change.Kind == CatalogChange.Bundle).Select(change => change.Slug)];
        var rows = (await bundles.ReadTreeAsync(slugs, transaction, cancellationToken)).ToDictionary(bundle => bundle.BundleSlug);
        string[] parts = [.. OrderCatalogs.ProductSlugsOf(rows.Values).Concat(rows.Values.Select(bundle => bundle.PrimaryProductSlug)).Concat(slugs).Distinct()];
        var known = (await products.LockForOrderAsync([], parts, transaction, cancellationToken)).ToDictionary(product => product.Slug);
        var problems = new List<string>();
        foreach (var slug in slugs)
        {
            var problem = known.ContainsKey(slug) ? new SlugTaken(slug)
                : !known.ContainsKey(rows[slug].PrimaryProductSlug) ? new PrimaryMissing(rows[slug].PrimaryProductSlug)
                : BundleTree.Resolve(rows[slug], rows, known, channel: null).Problem;

            // A component that is not active yet is fine: the bundle is offered when it is.
            if (problem is not null and not ComponentNotAvailable)
            {
                problems.Add($"bundle {slug}: {problem.Message}");
            }
        }

        return problems;
    }

    private async Task<IReadOnlyList<string>> FindOrderedAsync(
        CatalogPlan plan, Held held, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var change in plan.Changes.Where(change => change.Kind == CatalogChange.Product && change.Before is null))
        {
            if (held.Products.TryGetValue(change.Slug, out var product) && await products.IsOrderedAsync(product.Id, transaction, cancellationToken))
            {
                problems.Add($"product {change.Slug}: it was ordered since, so it cannot be deleted; archive it instead.");
            }
        }

        return problems;
    }

    private static Product NewProduct(string slug, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Slug = slug,
        Title = "",
        Category = "",
        Currency = "EUR",
        Status = ProductStatus.Draft,
        ChannelEligibility = "[]",
        CreatedAt = now,
    };

    private static Bundle NewBundle(string slug, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        PrimaryProductSlug = "",
        BundleSlug = slug,
        Title = "",
        Components = "[]",
        CreatedAt = now,
    };

    /// <summary>What every write of a promotion shares.</summary>
    private sealed record Step(string Promotion, Editor Editor, DateTimeOffset Now, NpgsqlTransaction Transaction);

    /// <summary>The locked rows of a plan.</summary>
    private sealed record Held(IReadOnlyDictionary<string, Product> Products, IReadOnlyDictionary<string, Bundle> Bundles)
    {
        /// <summary>What is no longer as the plan expects it.</summary>
        public IReadOnlyList<string> Differing(CatalogPlan plan, Func<CatalogChange, JsonObject?> expected) =>
        [
            .. plan.Changes.Where(change => !JsonNode.DeepEquals(StateOf(change), expected(change)))
                .Select(change => $"{change.Kind} {change.Slug}: it was changed since the plan was made."),
        ];

        private JsonObject? StateOf(CatalogChange change) => change.Kind == CatalogChange.Bundle
            ? Bundles.TryGetValue(change.Slug, out var bundle) ? BundleSnapshots.From(bundle) : null
            : Products.TryGetValue(change.Slug, out var product) ? JsonNode.Parse(Snapshots.From(product))!.AsObject() : null;
    }
}
