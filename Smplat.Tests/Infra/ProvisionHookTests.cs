using System.ComponentModel;
using System.Diagnostics;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices.Processes;
using Smplat.Tests.Support;

namespace Smplat.Tests.Infra;

/// <summary>What azd runs around a provisioning, with programs in the places of <c>az</c> and <c>azd</c> that keep what they are told.</summary>
[TestFixture("sh")]
[TestFixture("pwsh")]
[Parallelizable]
public sealed class ProvisionHookTests(string shell)
{
    private const string Az = """
        #!/bin/sh
        case "$1 $2" in
          'group exists') if [ -f "$FAKE/vault" ]; then echo true; else echo false; fi ;;
          'resource list') echo /subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/kv ;;
          'rest --method') cat "$FAKE/vault" ;;
          *) exit 2 ;;
        esac
        """;

    private const string Azd = """
        #!/bin/sh
        [ "$1 $2" = 'env set' ] || exit 2
        case "$3" in
          *=*) echo "$3" >>"$FAKE/env" ;;
          *) echo "$3=$4" >>"$FAKE/env" ;;
        esac
        """;

    private static readonly string[] Generated =
        ["DATABASE_PASSWORD", "CHECKOUT_API_KEY", "OPERATOR_API_KEY", "METRICS_API_KEY", "SMPLAT_LINK_SECRET", "SMPLAT_OPS_SESSION_SECRET"];

    private TestFolder _folder = null!;

    private string EnvironmentFile => Path.Combine(_folder.Path, "env");

    [SetUp]
    public async Task PutTheProgramsInPlace()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("The stand-ins are shell scripts.");
            return;
        }

        var everybody = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        _folder = TestFolder.Create(everybody);
        foreach (var (name, text) in new[] { ("az", Az), ("azd", Azd) })
        {
            var path = Path.Combine(_folder.Path, name);
            await File.WriteAllTextAsync(path, text);
            File.SetUnixFileMode(path, everybody);
        }
    }

    [TearDown]
    public void Remove() => _folder?.Dispose();

    [Test]
    public async Task A_new_environment_gets_a_password_and_keys_once()
    {
        var first = await RunAsync("preprovision", new());
        var values = Kept();

        Assert.That(first.ExitCode, Is.Zero, first.Output);
        Assert.That(values.Where(value => value.Value != "").Select(value => value.Key), Is.EquivalentTo(Generated));
        Assert.That(values.Values.Where(value => value != ""), Is.Unique.And.All.Length.GreaterThanOrEqualTo(40));
        Assert.That(values["NAMES_IN_VAULT"], Is.Empty);
        Assert.That(values.Values.Where(value => value != "").Any(first.Output.Contains), Is.False, "no value is shown");

        await RunAsync("preprovision", Kept());
        Assert.That(Kept(), Is.EqualTo(values));
    }

    [Test]
    public async Task What_the_vault_holds_is_named_and_left_alone()
    {
        await File.WriteAllLinesAsync(
            Path.Combine(_folder.Path, "vault"), ["smplat-database", "checkout-api-key", "operator-api-key", "metrics-api-key", "smplat-link-secret", "mealme-api-key"]);

        var run = await RunAsync("preprovision", new() { ["DATABASE_PASSWORD"] = "known" });

        Assert.That(run.ExitCode, Is.Zero, run.Output);
        Assert.That(Kept().Keys, Is.EquivalentTo(["SMPLAT_OPS_SESSION_SECRET", "NAMES_IN_VAULT"]));
        Assert.That(
            Kept()["NAMES_IN_VAULT"], Is.EqualTo("smplat-database,checkout-api-key,operator-api-key,metrics-api-key,smplat-link-secret,mealme-api-key"));
    }

    [Test]
    public async Task A_database_whose_password_is_not_known_here_keeps_it()
    {
        await File.WriteAllLinesAsync(Path.Combine(_folder.Path, "vault"), ["smplat-database"]);

        var run = await RunAsync("preprovision", new());

        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Output, Does.Contain("azd env set DATABASE_PASSWORD"));
        Assert.That(Kept(), Is.Empty);
    }

    [Test]
    public async Task Without_a_subscription_it_says_how_to_choose_one()
    {
        var run = await RunAsync("preprovision", new() { ["AZURE_SUBSCRIPTION_ID"] = "" });

        Assert.That(run.ExitCode, Is.Not.Zero);
        Assert.That(run.Output, Does.Contain("azd up"));
        Assert.That(Kept(), Is.Empty);
    }

    [Test]
    public async Task Afterwards_only_the_password_of_the_database_stays()
    {
        await RunAsync("preprovision", new());
        var given = Kept();
        given["STRIPE_SECRET_KEY"] = "sk_test_1";

        var run = await RunAsync("postprovision", given);

        Assert.That(run.ExitCode, Is.Zero, run.Output);
        Assert.That(
            Kept().Where(value => value.Value != "").Select(value => value.Key), Is.EqualTo(["DATABASE_PASSWORD"]));
        Assert.That(Kept()["STRIPE_SECRET_KEY"], Is.Empty);
        Assert.That(given.Values.Where(value => value != "").Any(run.Output.Contains), Is.False, "no value is shown");
        Assert.That(run.Output, Does.Contain("https://func.example.net"));
    }

    private async Task<CommandResult> RunAsync(string hook, Dictionary<string, string> environment)
    {
        var file = Path.Combine("infra", "hooks", hook + (shell == "sh" ? ".sh" : ".ps1"));
        var start = new ProcessStartInfo(shell, shell == "sh" ? [file] : ["-NoProfile", "-NonInteractive", "-File", file])
        {
            WorkingDirectory = Repository.Root,
        };
        start.Environment["PATH"] = $"{_folder.Path}:{start.Environment["PATH"]}";
        start.Environment["FAKE"] = _folder.Path;
        start.Environment["AZURE_SUBSCRIPTION_ID"] = "s";
        start.Environment["AZURE_ENV_NAME"] = "smplat-test";
        start.Environment["AZURE_KEY_VAULT_NAME"] = "kv-test";
        start.Environment["API_BASE_URL"] = "https://func.example.net";
        foreach (var name in Generated)
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return await LocalCommand.RunAsync(start, TimeSpan.FromMinutes(2), CancellationToken.None);
        }
        catch (Exception missing) when (missing is Win32Exception or LocalStartException)
        {
            Assert.Ignore("PowerShell is not installed.");
            throw;
        }
    }

    private Dictionary<string, string> Kept()
    {
        Dictionary<string, string> kept = [];
        foreach (var line in File.Exists(EnvironmentFile) ? File.ReadAllLines(EnvironmentFile) : [])
        {
            var cut = line.IndexOf('=', StringComparison.Ordinal);
            kept[line[..cut]] = line[(cut + 1)..];
        }

        return kept;
    }
}
