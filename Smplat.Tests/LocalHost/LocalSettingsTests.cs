using Microsoft.AspNetCore.Http;
using Smplat.LocalHost;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost;

/// <summary>The sources of the app settings of a local run, and what happens when the file changes.</summary>
public sealed class LocalSettingsTests
{
    private readonly TimerFolder _root = new();

    [TearDown]
    public void ClearFolder()
    {
        foreach (var file in Directory.EnumerateFiles(_root.Path))
        {
            File.Delete(file);
        }
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _root.Dispose();

    [Test]
    public void A_plain_run_is_local() => Assert.That(Read("--SMPLAT_LOCAL_SETTINGS=none")["SMPLAT_ENVIRONMENT"], Is.EqualTo("local"));

    [TestCase("ENVIRONMENT")]
    [TestCase("LOOPGPT_ENV")]
    public void An_environment_under_a_legacy_name_is_not_overridden(string name)
    {
        var settings = Read("--SMPLAT_LOCAL_SETTINGS=none", $"--{name}=production");

        Assert.That((settings[name], settings.ContainsKey("SMPLAT_ENVIRONMENT")), Is.EqualTo(("production", false)));
    }

    [Test]
    public void The_environment_wins_over_the_file_unless_empty_and_the_command_line_over_both()
    {
        var mark = $"SMPLAT_TEST_{Guid.NewGuid():N}_";
        Write("local.settings.json", $$"""{ "Values": { "{{mark}}A": "file", "{{mark}}B": "file", "{{mark}}C": "file", "{{mark}}D": "file" } }""");
        Environment.SetEnvironmentVariable(mark + "B", "environment");
        Environment.SetEnvironmentVariable(mark + "C", "environment");
        try
        {
            var settings = Read($"--{mark}C=line", $"--{mark}D=");

            Assert.That(
                new[] { "A", "B", "C", "D" }.Select(name => settings[mark + name]), Is.EqualTo(new[] { "file", "environment", "line", "" }));
        }
        finally
        {
            Environment.SetEnvironmentVariable(mark + "B", null);
            Environment.SetEnvironmentVariable(mark + "C", null);
        }
    }

    [Test]
    public void A_mock_switch_that_is_set_wins_over_the_fake_vendor_and_the_one_of_the_file_does_not()
    {
        Write("local.settings.json", """{ "Values": { "LOOPGPT_WALMART_MOCK": "true" } }""");
        var found = new Dictionary<string, string>
        {
            ["LOOPGPT_KROGER_MOCK"] = "false",
            ["LOOPGPT_WALMART_MOCK"] = "false",
            ["KROGER_BASE_URL"] = "http://127.0.0.1:1/v1",
        };

        var settings = new LocalSettings(_root.Path, ["--LOOPGPT_KROGER_MOCK=true", "--KROGER_BASE_URL=http://elsewhere"]).ReadWith(found);

        Assert.That(
            new[] { settings["LOOPGPT_KROGER_MOCK"], settings["LOOPGPT_WALMART_MOCK"], settings["KROGER_BASE_URL"] },
            Is.EqualTo(new[] { "true", "false", "http://127.0.0.1:1/v1" }));
    }

    [Test]
    public void An_empty_environment_variable_keeps_the_file_s_value()
    {
        var name = $"SMPLAT_TEST_{Guid.NewGuid():N}";
        Write("local.settings.json", $$"""{ "Values": { "{{name}}": "file" } }""");
        Environment.SetEnvironmentVariable(name, "");
        try
        {
            Assert.That(Read()[name], Is.EqualTo("file"));
        }
        finally
        {
            Environment.SetEnvironmentVariable(name, null);
        }
    }

    [Test]
    public void Names_are_found_in_any_case_and_with_a_colon() => Assert.That(
        (Read("--A:B=nested")["A__B"], Read("--Some_Name=x")["SOME_NAME"]), Is.EqualTo(("nested", "x")));

    [TestCase("", "own")]
    [TestCase("own", "own")]
    [TestCase("OWN", "own")]
    [TestCase("sample", "sample")]
    [TestCase("none", null)]
    public void A_setting_says_which_file_is_read(string choice, string? from)
    {
        Write("local.settings.json", """{ "Values": { "FROM": "own" } }""");
        Write("local.settings.sample.json", """{ "Values": { "FROM": "sample" } }""");

        Assert.That(Read($"--SMPLAT_LOCAL_SETTINGS={choice}").GetValueOrDefault("FROM"), Is.EqualTo(from));
    }

    [TestCase("local", "sample")]
    [TestCase("production", null)]
    public void The_sample_replaces_a_missing_file_only_in_a_local_run(string environment, string? from)
    {
        Write("local.settings.sample.json", """{ "Values": { "FROM": "sample" } }""");

        Assert.That(Read($"--SMPLAT_ENVIRONMENT={environment}").GetValueOrDefault("FROM"), Is.EqualTo(from));
    }

    [Test]
    public void A_file_may_contain_comments_and_all_kinds_of_plain_values()
    {
        Write("local.settings.json", """
            {
              // A comment, as people leave them.
              "IsEncrypted": false,
              "Values": { "A": "text", "B": 5, "C": true, "D": null, "E__F": "nested", },
              "Host": { "CORS": "*" }
            }
            """);

        var settings = Read();

        Assert.That(
            new[] { settings["A"], settings["B"], settings["C"], settings["D"], settings["E__F"] },
            Is.EqualTo(new[] { "text", "5", "true", "", "nested" }));
        Assert.That(settings.Keys, Has.No.Member("IsEncrypted").And.No.Member("CORS"));
    }

    [TestCase("{ \"Values\": ")]
    [TestCase("""{ "Values": { "A": [1] } }""")]
    [TestCase("""{ "Values": { "A": "1", "a": "2" } }""")]
    [TestCase("""{ "Values": 5 }""")]
    [TestCase("[]")]
    public void A_file_that_cannot_be_used_is_named(string content)
    {
        Write("local.settings.json", content);

        Assert.That(() => Read(), Throws.TypeOf<LocalStartException>()
            .With.Message.StartsWith($"{Path.Combine(_root.Path, "local.settings.json")} cannot be used: "));
    }

    [TestCase("--SMPLAT_LOCAL_SETTINGS=mine", "SMPLAT_LOCAL_SETTINGS must be own, sample or none, not \"mine\".")]
    [TestCase("SMPLAT_PORT=1", "\"SMPLAT_PORT=1\" is not a setting; use --NAME=value.")]
    [TestCase("--SMPLAT_PORT", "\"--SMPLAT_PORT\" is not a setting; use --NAME=value.")]
    public void An_argument_that_is_not_a_setting_is_rejected(string argument, string reason) =>
        Assert.That(() => Read(argument), Throws.TypeOf<LocalStartException>().With.Message.EqualTo(reason));

    [Test]
    public async Task A_changed_file_replaces_the_worker_and_a_broken_one_leaves_it_and_is_reported()
    {
        Write("local.settings.json", """{ "Values": { "GREETING": "one" } }""");
        var settings = new LocalSettings(_root.Path, []);
        var worker = new FakeWorker().Http("Greet", "greet", (http, call) => http.Response.WriteAsync(call.Life.Settings["GREETING"]), "get");
        await using var host = await TestHost.StartAsync(worker, new() { Settings = settings.Read });
        using var watch = settings.Watch(host.Host.ReplaceWorker);

        Write("local.settings.json", """{ "Values": { "GREETING": "two" } }""");
        await Eventually.GivesAsync(() => host.GetAsync("/greet"), answer => answer == "200 two", "the change is taken up");
        Write("local.settings.json", """{ "Values": """);
        await host.LoggedAsync("cannot be used");
        Assert.That(await host.GetAsync("/greet"), Is.EqualTo("200 two"));
        var moved = Path.Combine(_root.Path, "draft");
        File.WriteAllText(moved, """{ "Values": { "GREETING": "three" } }""");
        File.Move(moved, Path.Combine(_root.Path, "local.settings.json"), overwrite: true);

        await Eventually.GivesAsync(() => host.GetAsync("/greet"), answer => answer == "200 three", "the mended file is taken up");
    }

    private Dictionary<string, string> Read(params string[] args) => new(new LocalSettings(_root.Path, args).Read(), StringComparer.OrdinalIgnoreCase);

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_root.Path, name), content);
}
