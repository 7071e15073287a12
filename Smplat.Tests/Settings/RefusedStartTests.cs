using Microsoft.Extensions.Options;
using Smplat.Tests.Support;

namespace Smplat.Tests.Settings;

public sealed class RefusedStartTests
{
    [TestCase("LOOPGPT_SCORE_PRICE_WEIGHT", "heavy")]
    [TestCase("LOOPGPT_KROGER_TIMEOUT", "10s")]
    [TestCase("FULFILLMENT_BATCH_SIZE", "-1")]
    [TestCase("SMPLAT_ENVIRONMENT", "moon")]
    [TestCase("CATALOG_JOB_SCHEDULER_ENABLED", "perhaps")]
    public void A_bad_setting_refuses_the_start_and_is_named(string setting, string value) =>
        Assert.That(
            async () =>
            {
                await using var app = await SmplatApp.StartAsync(new Dictionary<string, string> { [setting] = value });
            },
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains(setting));
}
