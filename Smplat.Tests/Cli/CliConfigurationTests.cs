using Smplat.Cli;

namespace Smplat.Tests.Cli;

public sealed class CliConfigurationTests
{
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
