using System.Text.Json;
using System.Text.RegularExpressions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>
/// <c>infra/app-settings.json</c> names every setting of the sample: a schedule that is missing in Azure keeps its function
/// from starting, and a secret given as a value would be readable by everybody who sees the app's configuration.
/// </summary>
public sealed partial class AppSettingsTests
{
    private static Dictionary<string, JsonElement> Declared { get; } =
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(
            File.ReadAllText(Path.Combine(InfraFiles.Folder, "app-settings.json")))!;

    private static Dictionary<string, string> Sample { get; } =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json")))
            .RootElement.GetProperty("Values").Deserialize<Dictionary<string, string>>()!;

    [Test]
    public void Every_setting_of_the_sample_is_declared() =>
        Assert.That(Sample.Keys.Except(Declared.Keys), Is.Empty, "Add them to infra/app-settings.json.");

    [Test]
    public void No_setting_is_declared_that_the_app_does_not_know() =>
        Assert.That(Declared.Keys.Except(Sample.Keys), Is.Empty, "Take them out of infra/app-settings.json.");

    [Test]
    public void Each_is_a_value_a_secret_or_the_platform_s() =>
        Assert.That(
            Declared.Where(setting => setting.Value.EnumerateObject().Count() != 1
                || setting.Value.EnumerateObject().Single() is not { Name: "value" or "secret" or "platform", Value.ValueKind: JsonValueKind.String })
                .Select(setting => setting.Key),
            Is.Empty);

    [Test]
    public void Every_secret_of_the_settings_page_is_a_secret() =>
        Assert.That(
            Secret().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "settings.md")))
                .Select(match => match.Groups[1].Value)
                .Where(name => Declared.TryGetValue(name, out var setting) && setting.TryGetProperty("value", out _)),
            Is.Empty);

    [Test]
    public void Names_in_the_vault_are_valid_and_unique()
    {
        var names = Declared.Values.Where(setting => setting.TryGetProperty("secret", out _))
            .Select(setting => setting.GetProperty("secret").GetString()!).ToArray();

        Assert.That(names, Is.Unique);
        Assert.That(names, Has.All.Match("^[a-z0-9-]{1,127}$"));
    }

    [Test]
    public void Settings_computed_by_the_template_are_in_it()
    {
        var template = File.ReadAllText(Path.Combine(InfraFiles.Folder, "modules", "app.bicep"));

        Assert.That(
            Declared.Where(setting => setting.Value.TryGetProperty("platform", out var by) && by.GetString() == "app.bicep")
                .Select(setting => setting.Key)
                .Where(name => !template.Contains($"  {name}: ", StringComparison.Ordinal)),
            Is.Empty);
    }

    [Test]
    public void Secrets_in_use_are_secrets_of_settings()
    {
        var known = Declared.Values.Where(setting => setting.TryGetProperty("secret", out _))
            .Select(setting => setting.GetProperty("secret").GetString()).ToHashSet();

        Assert.That(
            from file in Directory.EnumerateFiles(InfraFiles.Folder, "*.bicep*")
            from Match list in InUse().Matches(File.ReadAllText(file))
            from Match name in Name().Matches(list.Groups[1].Value)
            where !known.Contains(name.Groups[1].Value)
            select $"{Path.GetFileName(file)}: {name.Groups[1].Value}",
            Is.Empty);
    }

    [Test]
    public void Every_schedule_has_a_value() =>
        Assert.That(
            Sample.Keys.Where(name => name.EndsWith("_SCHEDULE", StringComparison.Ordinal) && Declared.ContainsKey(name))
                .Where(name => string.IsNullOrEmpty(Declared[name].GetProperty("value").GetString())),
            Is.Empty);

    [GeneratedRegex(@"^\| `([A-Z0-9_]+)` \|.*\*\*Secret\.\*\*", RegexOptions.Multiline)]
    private static partial Regex Secret();

    [GeneratedRegex(@"secretsInUse[^=\n]*= \[([^\]]*)\]")]
    private static partial Regex InUse();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Name();
}
