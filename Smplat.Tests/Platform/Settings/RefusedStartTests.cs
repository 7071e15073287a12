using System.Text;
using Microsoft.Extensions.Options;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Settings;

public sealed class RefusedStartTests
{
    private const string Unresolved = "@Microsoft.KeyVault(VaultName=kv-smplat;SecretName=checkout-api-key)";

    [TestCase("LOOPGPT_SCORE_PRICE_WEIGHT", "heavy")]
    [TestCase("LOOPGPT_KROGER_TIMEOUT", "10s")]
    [TestCase("FULFILLMENT_BATCH_SIZE", "-1")]
    [TestCase("SMPLAT_ENVIRONMENT", "moon")]
    [TestCase("CATALOG_JOB_SCHEDULER_ENABLED", "perhaps")]
    public void An_invalid_setting_prevents_the_start_and_is_named(string setting, string value) =>
        Assert.That(
            async () =>
            {
                await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { [setting] = value });
            },
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains(setting));

    [TestCase("FULFILLMENT_DRAIN_SECONDS", "500")]
    [TestCase("FULFILLMENT_HTTP_MAX_SECONDS", "600")]
    [TestCase("AzureFunctionsJobHost__functionTimeout", "00:05:00")]
    public void Runs_that_cannot_fit_into_the_function_timeout_refuse_the_start(string setting, string value) =>
        Assert.That(
            async () =>
            {
                await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { [setting] = value });
            },
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("the host cancels it after").And.Message.Contains(setting));

    [TestCase("CHECKOUT_API_KEY")]
    [TestCase("OPERATOR_API_KEY")]
    [TestCase("STRIPE_WEBHOOK_SECRET")]
    [TestCase("SMPLAT_LINK_SECRET")]
    public void An_unresolved_vault_reference_prevents_the_start_and_is_named(string setting) =>
        Assert.That(
            async () =>
            {
                await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { [setting] = Unresolved });
            },
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains($"{setting} is a Key Vault reference")
                .And.Message.Not.Contains("kv-smplat"));

    [Test]
    public async Task An_unresolved_vendor_credential_counts_as_missing_and_the_app_still_serves()
    {
        await using var app = await SmplatApp.StartAsync(new Dictionary<string, string>
        {
            ["LOOPGPT_KROGER_MOCK"] = "false",
            ["KROGER_CLIENT_ID"] = Unresolved,
            ["KROGER_CLIENT_SECRET"] = Unresolved,
            ["SMPLAT_ENVIRONMENT"] = "production",
        });

        var answer = await app.Client.PostAsync(
            "/functions/v1/loopgpt_route_order", new StringContent("""{"action":"health_check"}""", Encoding.UTF8, "application/json"));

        Assert.That(await answer.Content.ReadAsStringAsync(), Does.Contain("Provider KROGER_API has no credentials").And.Not.Contain("KeyVault"));
    }
}
