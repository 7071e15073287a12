using Smplat.FakeVendors;
using Smplat.Functions.Http.OpenApi;
using Smplat.LocalHost;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

/// <summary>docs/requests.http has every route of the API, and each of its calls works on a fresh local run.</summary>
public sealed class RequestsFileTests
{
    /// <summary>Sections that say in a comment why an editor cannot send the call.</summary>
    private static readonly string[] WithoutCall = ["ReceiveStripeWebhook", "ResumeCheckout", "SettlePlacement"];

    [Test]
    public void Every_operation_of_the_API_has_a_section()
    {
        var names = RequestsFile.Read().Calls.Select(call => call.Name).ToArray();

        Assert.That(
            new ApiCatalog().Operations.Where(operation => operation.Operation.Tag != "Operators' page").Select(operation => operation.Name).Except(names),
            Is.Empty);
        Assert.That(names, Is.Unique);
    }

    [Test]
    public async Task Every_call_succeeds_on_a_fresh_start_with_sample_data()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var vendors = await FakeVendorSet.StartAsync(CancellationToken.None);
        await using var app = await SmplatApp.StartAsync(
            new Dictionary<string, string>(vendors.Settings.Concat(LocalWebhookSecrets.All).DistinctBy(setting => setting.Key))
            {
                ["SMPLAT_DATABASE"] = database.ConnectionString,
            });
        var file = RequestsFile.Read();
        var failed = new List<string>();
        foreach (var call in file.Calls.Where(call => call.Method is not null))
        {
            // The sample data may have no dead letters.
            if (file.IsUnknown(call) && call.Name.EndsWith("DeadLetter", StringComparison.Ordinal))
            {
                continue;
            }

            var (status, body, _) = await file.SendAsync(app.Client, call);
            if ((int)status is < 200 or >= 300)
            {
                failed.Add($"{call.Name}: {(int)status} {body}");
            }
        }

        Assert.That(failed, Is.Empty);
        Assert.That(file.Calls.Where(call => call.Method is null).Select(call => call.Name), Is.EquivalentTo(WithoutCall));
    }
}
