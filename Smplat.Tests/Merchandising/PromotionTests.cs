using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Merchandising;
using Smplat.Tests.Support;

namespace Smplat.Tests.Merchandising;

/// <summary>
/// Promoting a catalog from one database into another with the command line: shown first, applied as shown and as a whole, and
/// rolled back as a whole.
/// </summary>
[Parallelizable]
public sealed class PromotionTests
{
    private MerchandisingFixture _staging = null!;
    private MerchandisingFixture _production = null!;
    private DirectoryInfo? _folder;

    [SetUp]
    public async Task StartAsync()
    {
        _staging = await MerchandisingFixture.StartAsync();
        _production = await MerchandisingFixture.StartAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        await _staging.DisposeAsync();
        await _production.DisposeAsync();
        _folder?.Delete(recursive: true);
        _folder = null;
    }

    [Test]
    public async Task A_plan_is_shown_applied_once_and_rolled_back()
    {
        await PrepareAsync();
        var file = NewFile();

        var shown = await RunAsync("catalog", "promote", "--from", "STAGING", "--to", "PRODUCTION", "--dry-run", "--plan", file);
        Assert.That(shown.ExitCode, Is.Zero, shown.Error);
        Assert.That(shown.Output, Does.Contain("update product changed").And.Contain("base_price: 10.00 -> 12.50").And.Contain("create product added")
            .And.Contain("create bundle pack").And.Contain("2 to create, 1 to update, 1 the same.").And.Contain("Only in the target, where they stay: only-here"));
        Assert.That(await PriceAsync("changed"), Is.EqualTo(10m), "nothing is written by a dry run");

        var applied = await RunAsync("catalog", "promote", "--to", "PRODUCTION", "--plan", file, "--by", "ana", "--json");
        Assert.That(applied.ExitCode, Is.Zero, applied.Error);
        Assert.That(await PriceAsync("changed"), Is.EqualTo(12.5m));
        Assert.That((await _production.GetAsync("/api/v1/catalog/bundles/pack", key: null)).Status, Is.EqualTo(200));
        Assert.That(await _production.Database.ReadAsync<long>(
            "select count(*) from product_audit_logs where actor_email = 'ana' and metadata ? 'promotion'"), Is.EqualTo(2));

        var again = await RunAsync("catalog", "promote", "--to", "PRODUCTION", "--plan", file);
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(again.Output, Does.Contain("nothing was changed now"));

        var promotion = applied.Json.GetProperty("promotion").GetString()!;
        var back = await RunAsync("catalog", "rollback", promotion, "--to", "PRODUCTION", "--by", "bo");
        Assert.That(back.ExitCode, Is.Zero, back.Error);
        Assert.That(await PriceAsync("changed"), Is.EqualTo(10m));
        Assert.That((await _production.GetAsync("/api/v1/products/added")).Status, Is.EqualTo(404));
        Assert.That((await _production.GetAsync("/api/v1/catalog/bundles/pack")).Status, Is.EqualTo(404));
        Assert.That((await RunAsync("catalog", "rollback", promotion, "--to", "PRODUCTION")).Output, Does.Contain("nothing was changed now"));
    }

    [Test]
    public async Task A_plan_that_was_edited_is_refused()
    {
        await PrepareAsync();
        var file = NewFile();
        await File.WriteAllTextAsync(file, (await PlanAsync()).ToText().Replace("12.50", "1.00", StringComparison.Ordinal));

        var applied = await RunAsync("catalog", "promote", "--to", "PRODUCTION", "--plan", file);

        Assert.That((applied.ExitCode, await PriceAsync("changed")), Is.EqualTo((2, 10m)));
        Assert.That(applied.Error, Does.Contain("hash"));
    }

    [Test]
    public async Task A_change_since_the_plan_keeps_all_of_it_from_being_applied()
    {
        await PrepareAsync();
        var plan = await PlanAsync();
        await PatchAsync("changed", new { title = "Changed by hand" });

        var outcome = await Of(_production).ApplyAsync(plan, "ana", CancellationToken.None);

        Assert.That(((PromotionOutcome.Refused)outcome).Problems.Single(), Does.Contain("product changed"));
        Assert.That((await _production.GetAsync("/api/v1/products/added")).Status, Is.EqualTo(404), "nothing is half applied");
    }

    [Test]
    public async Task A_plan_applied_on_two_machines_takes_effect_once()
    {
        await PrepareAsync();
        var plan = await PlanAsync();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Of(_production).ApplyAsync(plan, "ana", CancellationToken.None))));

        Assert.That(outcomes.OfType<PromotionOutcome.Done>().Count(), Is.EqualTo(1));
        Assert.That(outcomes.OfType<PromotionOutcome.DoneBefore>().Count(), Is.EqualTo(3));
    }

    [Test]
    public async Task What_was_ordered_or_edited_since_is_not_rolled_back()
    {
        await PrepareAsync();
        var plan = await PlanAsync();
        await Of(_production).ApplyAsync(plan, "ana", CancellationToken.None);
        var added = (await _production.GetAsync("/api/v1/products/added")).Json;
        var ordered = await _production.OrderAsync(new
        {
            product_id = added.GetProperty("id").GetString(),
            product_title = "A product",
            unit_price = 10,
            total_price = 10,
        });
        await PatchAsync("changed", new { title = "Changed by hand" });

        var outcome = await Of(_production).RollBackAsync(plan.Id, "bo", CancellationToken.None);

        Assert.That(ordered.Status, Is.EqualTo(201), ordered.Text);
        Assert.That(((PromotionOutcome.Refused)outcome).Problems, Has.Count.EqualTo(2));
        Assert.That(await PriceAsync("changed"), Is.EqualTo(12.5m), "nothing is half rolled back");
    }

    [Test]
    public async Task A_bundle_whose_product_is_missing_in_the_target_is_not_promoted()
    {
        await _staging.CreateProductAsync("part");
        await CreateBundleAsync(_staging, "pack", "part");
        await _staging.Database.ExecuteAsync("delete from product_audit_logs; delete from products");

        var outcome = await Of(_production).ApplyAsync(await PlanAsync(), "ana", CancellationToken.None);

        Assert.That(((PromotionOutcome.Refused)outcome).Problems.Single(), Does.Contain("part"));
        Assert.That(await _production.Database.ReadAsync<long>("select count(*) from catalog_bundles"), Is.Zero);
    }

    [Test]
    public async Task The_checklist_passes_against_a_running_app_and_leaves_nothing()
    {
        var azurite = await TestAzurite.GetAsync();
        await using var shop = await MerchandisingFixture.StartAsync(
            ("AzureWebJobsStorage", azurite.ConnectionString), ("ASSET_BUCKET", $"qa-{Guid.NewGuid():N}"));

        var run = await CliRun.RunAsync(["catalog", "qa", "--base-url", shop.App.Client.BaseAddress!.ToString(), "--api-key", MerchandisingFixture.Operator, "--json"]);

        Assert.That(run.ExitCode, Is.Zero, run.Output + run.Error);
        Assert.That(run.Json.GetProperty("checks").GetArrayLength(), Is.GreaterThan(15));
        Assert.That(await shop.Database.ReadAsync<long>("select count(*) from products where category = 'qa'"), Is.Zero);
    }

    [Test]
    public async Task The_checklist_names_what_fails()
    {
        await using var shop = await MerchandisingFixture.StartAsync(("AzureWebJobsStorage", ""));

        var run = await CliRun.RunAsync(["catalog", "qa", "--base-url", shop.App.Client.BaseAddress!.ToString(), "--api-key", MerchandisingFixture.Operator]);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("an upload address is given").And.Contain("503"));
        Assert.That(await shop.Database.ReadAsync<long>("select count(*) from products where category = 'qa'"), Is.Zero);
    }

    private async Task PrepareAsync()
    {
        await _staging.CreateProductAsync("same");
        await _staging.CreateProductAsync("changed", price: 12.5m);
        await _staging.CreateProductAsync("added");
        await CreateBundleAsync(_staging, "pack", "added");
        await _production.CreateProductAsync("same");
        await _production.CreateProductAsync("changed");
        await _production.CreateProductAsync("only-here");
    }

    private string NewFile() => Path.Combine((_folder ??= Directory.CreateTempSubdirectory("smplat-plan-")).FullName, "plan.json");

    private Task<CatalogPlan> PlanAsync() => Of(_production).PlanAsync(Of(_staging), CancellationToken.None);

    private async Task PatchAsync(string slug, object body)
    {
        var id = (await _production.GetAsync($"/api/v1/products/{slug}")).Json.GetProperty("id").GetString();
        Assert.That((await _production.SendAsync(HttpMethod.Patch, $"/api/v1/products/{id}", body, ifMatch: "*")).Status, Is.EqualTo(200));
    }

    private async Task<decimal> PriceAsync(string slug) =>
        (await _production.GetAsync($"/api/v1/products/{slug}")).Json.GetProperty("basePrice").GetDecimal();

    private Task<CliRun> RunAsync(params string[] arguments) => CliRun.RunAsync(arguments, new Dictionary<string, string>
    {
        ["STAGING"] = _staging.Database.ConnectionString,
        ["PRODUCTION"] = _production.Database.ConnectionString,
    });

    private static CatalogPromotion Of(MerchandisingFixture shop) => shop.App.Services.GetRequiredService<CatalogPromotion>();

    private static async Task CreateBundleAsync(MerchandisingFixture shop, string slug, string part)
    {
        var created = await shop.SendAsync(HttpMethod.Post, "/api/v1/catalog/bundles", new
        {
            primaryProductSlug = part,
            bundleSlug = slug,
            title = "A bundle",
            components = new[] { new { slug = part, quantity = 2 } },
            pricing = new { rule = "percent_off", value = 10 },
        });
        Assert.That(created.Status, Is.EqualTo(201), created.Text);
    }
}
