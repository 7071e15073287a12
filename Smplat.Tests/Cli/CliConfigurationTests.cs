using Smplat.Cli;

namespace Smplat.Tests.Cli;

public sealed class CliConfigurationTests
{
    [TestCase("elsewhere", null)]
    [TestCase(null, "elsewhere")]
    [TestCase("elsewhere", "nowhere")]
    public void A_command_looks_in_the_folder_that_the_app_keeps_its_things_in(string? inEnvironment, string? inSettings)
    {
        var checkout = Directory.CreateTempSubdirectory("smplat-cli-");
        try
        {
            File.WriteAllText(
                Path.Combine(checkout.CreateSubdirectory("elsewhere").FullName, "environment.json"), """{"url":"http://localhost:7072","database":"Host=second"}""");
            File.WriteAllText(
                Path.Combine(checkout.CreateSubdirectory(".local").FullName, "environment.json"), """{"url":"http://localhost:7071","database":"Host=first"}""");
            if (inSettings is not null)
            {
                File.WriteAllText(Path.Combine(checkout.FullName, "local.settings.json"), $$$"""{ "Values": { "SMPLAT_LOCAL_FOLDER": "{{{inSettings}}}", } }""");
            }

            var inside = checkout.CreateSubdirectory("docs").FullName;

            Assert.That(CliConfiguration.ReadRunningApp(inside, inEnvironment)!["API_BASE_URL"], Is.EqualTo("http://localhost:7072"));
            Assert.That(
                CliConfiguration.ReadRunningApp(Path.GetTempPath(), Path.Combine(checkout.FullName, "elsewhere"))!["SMPLAT_DATABASE"], Is.EqualTo("Host=second"));
        }
        finally
        {
            checkout.Delete(recursive: true);
        }
    }

    [Test]
    public void A_command_next_to_a_running_local_app_uses_its_addresses_and_is_local()
    {
        var checkout = Directory.CreateTempSubdirectory("smplat-cli-");
        try
        {
            var inside = checkout.CreateSubdirectory("docs").FullName;
            File.WriteAllText(
                Path.Combine(checkout.CreateSubdirectory(".local").FullName, "environment.json"),
                """{"pid":1,"url":"http://localhost:7071","database":"Host=127.0.0.1","storage":null}""");

            Assert.That(CliConfiguration.ReadRunningApp(inside), Is.EquivalentTo(new Dictionary<string, string?>
            {
                ["SMPLAT_ENVIRONMENT"] = "local",
                ["SMPLAT_DATABASE"] = "Host=127.0.0.1",
                ["API_BASE_URL"] = "http://localhost:7071",
            }));
        }
        finally
        {
            checkout.Delete(recursive: true);
        }
    }
}
