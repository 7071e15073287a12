using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Jobs;
using Smplat.Core.Platform.Settings;

namespace Smplat.Tests.Platform.Settings;

public sealed class LiveSettingsTests
{
    private readonly SettingsProblems _problems = new();

    [Test]
    public void A_changed_setting_is_seen_without_a_restart()
    {
        var (configuration, settings) = Start("30");

        configuration["SMPLAT_JOB_RUN_RETENTION_DAYS"] = "7";
        configuration.Reload();

        Assert.That(settings.CurrentValue.RunRetentionDays, Is.EqualTo(7));
    }

    [Test]
    public void An_invalid_change_keeps_the_last_valid_settings_and_is_reported_until_it_is_fixed()
    {
        var (configuration, settings) = Start("30");

        configuration["SMPLAT_JOB_RUN_RETENTION_DAYS"] = "soon";
        configuration.Reload();

        Assert.That(settings.CurrentValue.RunRetentionDays, Is.EqualTo(30));
        Assert.That(_problems.Current.Values.Single(), Does.Contain("SMPLAT_JOB_RUN_RETENTION_DAYS"));

        configuration["SMPLAT_JOB_RUN_RETENTION_DAYS"] = "31";
        configuration.Reload();

        Assert.That(settings.CurrentValue.RunRetentionDays, Is.EqualTo(31));
        Assert.That(_problems.Current, Is.Empty);
    }

    [Test]
    public void An_invalid_setting_at_the_start_throws()
    {
        var (_, settings) = Start("-1");

        Assert.That(
            () => settings.CurrentValue,
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("SMPLAT_JOB_RUN_RETENTION_DAYS"));
    }

    private (IConfigurationRoot Configuration, LiveSettings<JobsOptions> Settings) Start(string days)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("SMPLAT_JOB_RUN_RETENTION_DAYS", days)])
            .Build();
        var settings = new LiveSettings<JobsOptions>(configuration, _problems, NullLogger<LiveSettings<JobsOptions>>.Instance);
        if (!days.StartsWith('-'))
        {
            _ = settings.CurrentValue;
        }

        return (configuration, settings);
    }
}
