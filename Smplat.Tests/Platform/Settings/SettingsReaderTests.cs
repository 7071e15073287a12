using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Settings;

public sealed class SettingsReaderTests
{
    [TestCase("true", true)]
    [TestCase("YES", true)]
    [TestCase("1", true)]
    [TestCase("False", false)]
    [TestCase("no", false)]
    [TestCase("0", false)]
    public void A_switch_accepts_common_spellings(string text, bool expected)
    {
        var (settings, failures) = Read(("SAMPLE_SWITCH", text));

        Assert.That(failures, Is.Empty);
        Assert.That(settings.Switch, Is.EqualTo(expected));
    }

    [TestCase("")]
    [TestCase("   ")]
    public void An_empty_setting_means_unset(string text)
    {
        var (settings, failures) = Read(("SAMPLE_COUNT", text), ("SAMPLE_SWITCH", text));

        Assert.That(failures, Is.Empty);
        Assert.That(settings.Count, Is.EqualTo(25));
    }

    [Test]
    public void An_invalid_number_is_rejected_with_the_name_of_the_setting()
    {
        var (_, failures) = Read(("SAMPLE_COUNT", "many"));

        Assert.That(failures, Is.EqualTo(new[] { "SAMPLE_COUNT must be a whole number, not \"many\"." }));
    }

    [Test]
    public void A_number_out_of_range_is_rejected_with_the_name_of_the_setting()
    {
        var (_, failures) = Read(("SAMPLE_COUNT", "0"));

        Assert.That(failures.Single(), Does.Contain("SAMPLE_COUNT").And.Contain("500"));
    }

    [Test]
    public void A_secret_that_cannot_be_read_is_not_quoted()
    {
        var (_, failures) = Read(("SAMPLE_SECRET_PORT", "hunter2"));

        Assert.That(failures.Single(), Does.Contain("SAMPLE_SECRET_PORT").And.Not.Contain("hunter2"));
    }

    [Test]
    public void Weights_are_read_as_exact_decimals_in_any_culture()
    {
        using var _ = new CultureScope("de-DE");

        var (settings, failures) = Read(("SAMPLE_WEIGHT", "0.30"));

        Assert.That(failures, Is.Empty);
        Assert.That(settings.Weight, Is.EqualTo(0.30m));
    }

    [TestCase("NaN")]
    [TestCase("heavy")]
    [TestCase("1e400")]
    public void A_weight_that_is_not_a_number_is_rejected(string text) =>
        Assert.That(Read(("SAMPLE_WEIGHT", text)).Failures.Single(), Does.StartWith("SAMPLE_WEIGHT must be a number"));

    [Test]
    public void An_older_name_is_read_when_the_current_name_is_unset()
    {
        Assert.That(Read(("OLD_NAME", "a")).Settings.Name, Is.EqualTo("a"));
        Assert.That(Read(("OLD_NAME", "a"), ("SAMPLE_NAME", "b")).Settings.Name, Is.EqualTo("b"));
    }

    [Test]
    public void A_list_is_split_at_commas() =>
        Assert.That(Read(("SAMPLE_LIST", " a, b ,,c")).Settings.List, Is.EqualTo(new[] { "a", "b", "c" }));

    private static (SampleOptions Settings, IReadOnlyList<string> Failures) Read(params (string Name, string Value)[] values) =>
        SettingsReader.Read<SampleOptions>(new ConfigurationBuilder()
            .AddInMemoryCollection(values.ToDictionary(value => value.Name, value => (string?)value.Value))
            .Build());

    private sealed class SampleOptions
    {
        [ConfigurationKeyName("SAMPLE_SWITCH")]
        public bool Switch { get; init; }

        [ConfigurationKeyName("SAMPLE_COUNT")]
        [System.ComponentModel.DataAnnotations.Range(1, 500)]
        public int Count { get; init; } = 25;

        [ConfigurationKeyName("SAMPLE_SECRET_PORT")]
        [SecretSetting]
        public int SecretPort { get; init; }

        [ConfigurationKeyName("SAMPLE_WEIGHT")]
        public decimal Weight { get; init; }

        [ConfigurationKeyName("SAMPLE_NAME")]
        [SettingAlias("OLD_NAME")]
        public string? Name { get; init; }

        [ConfigurationKeyName("SAMPLE_LIST")]
        public string[] List { get; init; } = [];
    }
}
