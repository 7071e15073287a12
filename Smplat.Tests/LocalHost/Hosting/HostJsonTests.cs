using Smplat.LocalHost;
using Smplat.LocalHost.Hosting;

namespace Smplat.Tests.LocalHost.Hosting;

public sealed class HostJsonTests
{
    private const string Small = """{ "version": "2.0" }""";

    [Test]
    public void Defaults_are_those_of_the_official_host()
    {
        var host = HostJson.Parse(Small);

        Assert.That(
            (host.RoutePrefix, host.FunctionTimeout, host.LogLevels.Count, host.LogsRequests),
            Is.EqualTo(("api", (TimeSpan?)TimeSpan.FromMinutes(30), 0, true)));
    }

    [Test]
    public void Prefix_timeout_and_levels_are_read()
    {
        var host = HostJson.Parse("""
            {
              "version": "2.0", // comments are allowed
              "functionTimeout": "00:02:00",
              "extensions": { "http": { "routePrefix": "" } },
              "logging": { "logLevel": { "default": "Warning", "Function": "Information" } },
            }
            """);

        Assert.That((host.RoutePrefix, host.FunctionTimeout), Is.EqualTo(("", (TimeSpan?)TimeSpan.FromMinutes(2))));
        Assert.That(host.LogLevels, Is.EquivalentTo(new Dictionary<string, string> { ["default"] = "Warning", ["Function"] = "Information" }));
    }

    [TestCase("""{ "default": "Warning" }""", false)]
    [TestCase("""{ "default": "Warning", "Function": "information" }""", true)]
    [TestCase("""{ "default": "Debug", "Function": "Error" }""", false)]
    [TestCase("""{ "Function": "None" }""", false)]
    public void The_level_of_functions_decides_whether_requests_are_logged(string levels, bool logs) => Assert.That(
        HostJson.Parse($$"""{ "version": "2.0", "logging": { "logLevel": {{levels}} } }""").LogsRequests, Is.EqualTo(logs));

    [Test]
    public void A_timeout_of_minus_one_means_no_timeout() =>
        Assert.That(HostJson.Parse("""{ "version": "2.0", "functionTimeout": "-1" }""").FunctionTimeout, Is.Null);

    [TestCase("""{ }""")]
    [TestCase("""{ "version": "1.0" }""")]
    [TestCase("""{ "version": "2.0", "functionTimeout": "soon" }""")]
    [TestCase("""{ "version": "2.0", "functionTimeout": "-00:01:00" }""")]
    public void What_the_official_host_rejects_is_rejected(string text) => Assert.That(() => HostJson.Parse(text), Throws.TypeOf<FormatException>());

    [TestCase("AzureFunctionsJobHost__")]
    [TestCase("AzureFunctionsJobHost:")]
    public void Settings_override_the_file(string prefix)
    {
        string Name(string path) => prefix + path.Replace("__", prefix[^1] == ':' ? ":" : "__", StringComparison.Ordinal);

        var host = HostJson.Parse(Small).With(new Dictionary<string, string>
        {
            [Name("functionTimeout")] = "00:00:30",
            [Name("extensions__http__routePrefix")] = "",
            [Name("logging__logLevel__Function")] = "Warning",
        });

        Assert.That((host.FunctionTimeout, host.RoutePrefix, host.LogsRequests), Is.EqualTo(((TimeSpan?)TimeSpan.FromSeconds(30), "", false)));
    }

    [Test]
    public void An_invalid_timeout_setting_is_named() => Assert.That(
        () => HostJson.Parse(Small).With(new Dictionary<string, string> { ["AzureFunctionsJobHost__functionTimeout"] = "soon" }),
        Throws.TypeOf<LocalStartException>().With.Message.Contains("AzureFunctionsJobHost__functionTimeout"));

    [Test]
    public void The_first_folder_that_has_the_file_is_used_and_an_invalid_file_is_named()
    {
        using var folder = new TimerFolder();
        File.WriteAllText(Path.Combine(folder.Path, "host.json"), """{ "version": """);

        Assert.That(
            () => HostJson.Find(Path.Combine(folder.Path, "nowhere"), folder.Path),
            Throws.TypeOf<LocalStartException>().With.Message.StartsWith($"{Path.Combine(folder.Path, "host.json")} cannot be read: "));
        Assert.That(
            () => HostJson.Find(Path.Combine(folder.Path, "nowhere")), Throws.TypeOf<LocalStartException>().With.Message.StartsWith("There is no host.json in "));
    }
}
