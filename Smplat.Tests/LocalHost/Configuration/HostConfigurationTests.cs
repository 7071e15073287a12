using Microsoft.Extensions.Configuration;
using Smplat.LocalHost;
using Smplat.LocalHost.Configuration;
using Smplat.Tests.Support;

namespace Smplat.Tests.LocalHost.Configuration;

public sealed class HostConfigurationTests
{
    private string _folder = "";

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("smplat-settings-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void The_command_line_wins_over_the_settings_file_and_a_plain_run_is_local()
    {
        using var configuration = new ConfigurationManager();

        HostConfiguration.AddTo(configuration, ["--SMPLAT_LOCAL_SETTINGS=none", "--LOOPGPT_KROGER_MOCK=from-args"]);

        Assert.That(configuration["LOOPGPT_KROGER_MOCK"], Is.EqualTo("from-args"));
        Assert.That(configuration["SMPLAT_ENVIRONMENT"], Is.EqualTo("local"));
        Assert.That(HostConfiguration.IsLocal(configuration), Is.True);
    }

    [Test]
    public void What_the_host_calls_its_environment_is_not_the_apps()
    {
        using var configuration = new ConfigurationManager { ["environment"] = "Development" };

        HostConfiguration.AddTo(configuration, ["--SMPLAT_LOCAL_SETTINGS=none"]);

        Assert.That(configuration["SMPLAT_ENVIRONMENT"], Is.EqualTo("local"));
    }

    [TestCase("SMPLAT_ENVIRONMENT")]
    [TestCase("ENVIRONMENT")]
    [TestCase("LOOPGPT_ENV")]
    public void A_named_environment_stands(string name)
    {
        using var configuration = new ConfigurationManager();

        HostConfiguration.AddTo(configuration, ["--SMPLAT_LOCAL_SETTINGS=none", $"--{name}=production"]);

        Assert.That(HostConfiguration.Environment(configuration), Is.EqualTo("production"));
        Assert.That(HostConfiguration.IsLocal(configuration), Is.False);
    }

    [Test]
    public void The_first_file_that_exists_is_read_with_its_plain_values()
    {
        Write("sample.json", """
            {
              // A comment, as people leave them.
              "IsEncrypted": false,
              "Values": { "A": "text", "B": 5, "C": true, "D": null, "E__F": "nested", },
              "Host": { "CORS": "*" }
            }
            """);

        var settings = Read("missing.json", "sample.json");

        Assert.That(
            new[] { settings["A"], settings["B"], settings["C"], settings["D"], settings["E:F"], settings["Host:CORS"] },
            Is.EqualTo(new[] { "text", "5", "true", null, "nested", null }));
    }

    [TestCase("{ \"Values\": ")]
    [TestCase("""{ "Values": { "A": [1] } }""")]
    public void A_file_that_cannot_be_read_refuses_the_start_and_is_named(string content)
    {
        Write("own.json", content);

        Assert.That(
            () => Read("own.json"), Throws.TypeOf<LocalStartException>().With.Message.Contains(Path.Combine(_folder, "own.json")));
    }

    [Test]
    public async Task A_changed_file_is_taken_up_and_a_broken_one_is_not()
    {
        Write("local.settings.json", """{ "Values": { "A": "one" } }""");
        using var configuration = new ConfigurationManager();
        ((IConfigurationBuilder)configuration).Add(new LocalSettings([Path.Combine(_folder, "local.settings.json")], watch: true));

        Write("local.settings.json", """{ "Values": { "A": "two" } }""");
        await Eventually.BecomesTrueAsync(() => configuration["A"] == "two", "the change is taken up");
        Write("local.settings.json", """{ "Values": """);

        Assert.That(() => ((IConfigurationRoot)configuration).Reload(), Throws.TypeOf<LocalStartException>());
        Assert.That(configuration["A"], Is.EqualTo("two"));
        Write("local.settings.json", """{ "Values": { "A": "three" } }""");
        await Eventually.BecomesTrueAsync(() => configuration["A"] == "three", "the mended file is taken up");
    }

    [TestCase("SMPLAT_PORT=web")]
    [TestCase("SMPLAT_PORT=70000")]
    [TestCase("SMPLAT_BIND_ADDRESS=everywhere")]
    [TestCase("SMPLAT_LOCAL_TIMERS=maybe")]
    [TestCase("SMPLAT_LOCAL_STOP_GRACE_SECONDS=-1")]
    [TestCase("WEBSITE_TIME_ZONE=Mars/Olympus")]
    public void A_bad_setting_of_the_host_refuses_the_start_and_is_named(string setting)
    {
        Assert.That(
            () => TestHost.StartAsync([], null, setting), Throws.TypeOf<LocalStartException>().With.Message.Contains(setting.Split('=')[0]));
    }

    [Test]
    public async Task A_port_in_use_refuses_the_start_and_says_what_to_do()
    {
        await using var first = await TestHost.StartAsync([]);
        var second = TestHost.Build([], null, $"SMPLAT_PORT={first.Client.BaseAddress!.Port}", "SMPLAT_BIND_ADDRESS=127.0.0.1");

        Assert.That(
            () => second.StartAsync(),
            Throws.TypeOf<LocalStartException>().With.Message.Contains("SMPLAT_PORT"));
    }

    private void Write(string name, string content) => File.WriteAllText(Path.Combine(_folder, name), content);

    private IConfigurationRoot Read(params string[] names) => new ConfigurationBuilder()
        .Add(new LocalSettings([.. names.Select(name => Path.Combine(_folder, name))], watch: false))
        .Build();
}
