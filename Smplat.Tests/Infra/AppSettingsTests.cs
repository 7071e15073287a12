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

    /// <summary>Names in the vault and their settings, without the connection string, which the template writes itself.</summary>
    private static Dictionary<string, string> Secrets { get; } =
        Declared.Where(setting => setting.Value.TryGetProperty("secret", out _) && setting.Key != "SMPLAT_DATABASE")
            .ToDictionary(setting => setting.Value.GetProperty("secret").GetString()!, setting => setting.Key);

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

    [TestCase("dev.bicepparam")]
    [TestCase("prod.bicepparam")]
    public void A_parameter_file_reads_each_secret_from_its_setting_and_names_it_for_the_vault(string file)
    {
        var text = File.ReadAllText(Path.Combine(InfraFiles.Folder, file));
        var given = Given().Matches(text).ToDictionary(secret => secret.Groups[1].Value, secret => secret.Groups[2].Value);

        Assert.That(given, Is.Not.Empty.And.SubsetOf(Secrets));
        Assert.That(InVault().Match(text).Groups[1].Value.Split(','), Is.EqualTo(given.Keys));
    }

    [Test]
    public void The_parameters_of_azd_take_every_secret_from_its_setting()
    {
        using var parameters = JsonDocument.Parse(File.ReadAllText(Path.Combine(InfraFiles.Folder, "main.parameters.json")));
        var given = parameters.RootElement.GetProperty("parameters").GetProperty("secretValues").GetProperty("value")
            .Deserialize<Dictionary<string, string>>()!;

        Assert.That(given, Is.EqualTo(Secrets.ToDictionary(secret => secret.Key, secret => $"${{{secret.Value}}}")));
    }

    [Test]
    public void The_page_lists_the_secrets_of_each_parameter_file()
    {
        var rows = Row().Matches(File.ReadAllText(Path.Combine(Repository.Root, "docs", "deployment.md")));

        foreach (var (file, column) in new[] { ("dev.bicepparam", 3), ("prod.bicepparam", 4) })
        {
            var used = Given().Matches(File.ReadAllText(Path.Combine(InfraFiles.Folder, file))).Select(secret => (secret.Groups[1].Value, secret.Groups[2].Value));
            var listed = rows.Where(row => row.Groups[column].Value == "yes").Select(row => (row.Groups[1].Value, row.Groups[2].Value));
            Assert.That(listed, Is.EquivalentTo(used), file);
        }
    }

    [Test]
    public void Every_schedule_has_a_value() =>
        Assert.That(
            Sample.Keys.Where(name => name.EndsWith("_SCHEDULE", StringComparison.Ordinal) && Declared.ContainsKey(name))
                .Where(name => string.IsNullOrEmpty(Declared[name].GetProperty("value").GetString())),
            Is.Empty);

    [GeneratedRegex(@"^\| `([A-Z0-9_]+)` \|.*\*\*Secret\.\*\*", RegexOptions.Multiline)]
    private static partial Regex Secret();

    [GeneratedRegex("'([a-z0-9-]+)': readEnvironmentVariable\\('([A-Z0-9_]+)', ''\\)")]
    private static partial Regex Given();

    [GeneratedRegex("param namesInVault = '([^']*)'")]
    private static partial Regex InVault();

    [GeneratedRegex(@"^\| `([a-z0-9-]+)` \| `([A-Z0-9_]+)` \| (yes|) *\| (yes|) *\|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
