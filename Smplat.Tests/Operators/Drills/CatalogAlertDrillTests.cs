using System.Net.Http.Json;

namespace Smplat.Tests.Operators.Drills;

/// <summary>The threshold of requirements/002 for catalogue searches: the same limit in the alert and in the deploy gate.</summary>
public sealed class CatalogAlertDrillTests
{
    [Test]
    public async Task Searches_that_find_nothing_alert_from_ten_searches_on()
    {
        await using var drill = await DrillFixture.StartAsync();
        await SearchAsync(drill, "unicorn", 0, times: 9);
        await drill.Alerts.SeeAsync(20);
        drill.Alerts.Quiet("CatalogZeroResults");

        await SearchAsync(drill, "horse", 4, times: 27);
        await drill.ShowsAsync("smplat_catalog_search_total 36");
        await drill.Alerts.SeeAsync(14);
        drill.Alerts.Quiet("CatalogZeroResults");
        await drill.Alerts.SeeAsync(3);
        drill.Alerts.Fires("CatalogZeroResults");

        await SearchAsync(drill, "horse", 4, times: 9);
        await drill.ShowsAsync("smplat_catalog_zero_results_rate 0.2");
        await drill.Alerts.SeeAsync(1);
        drill.Alerts.Quiet("CatalogZeroResults");

        await drill.Alerts.JudgeAsync();
    }

    private static async Task SearchAsync(DrillFixture drill, string query, int results, int times)
    {
        for (var search = 0; search < times; search++)
        {
            await drill.Client.PostAsJsonAsync("/api/v1/observability/catalog-search", new { query, results_count = results });
        }
    }
}
