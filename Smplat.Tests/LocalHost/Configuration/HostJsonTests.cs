using Smplat.LocalHost.Configuration;

namespace Smplat.Tests.LocalHost.Configuration;

public sealed class HostJsonTests
{
    [Test]
    public void Defaults_are_those_of_the_official_host()
    {
        var host = HostJson.Parse("""{ "version": "2.0" }""");

        Assert.That(
            (host.RoutePrefix, host.FunctionTimeout, host.LogLevels.Count),
            Is.EqualTo(("api", (TimeSpan?)TimeSpan.FromMinutes(30), 0)));
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
        Assert.That(
            host.LogLevels,
            Is.EquivalentTo(new Dictionary<string, string> { ["default"] = "Warning", ["Function"] = "Information" }));
    }

    [Test]
    public void A_timeout_of_minus_one_is_none()
    {
        Assert.That(HostJson.Parse("""{ "version": "2.0", "functionTimeout": "-1" }""").FunctionTimeout, Is.Null);
    }

    [TestCase("""{ }""")]
    [TestCase("""{ "version": "1.0" }""")]
    [TestCase("""{ "version": "2.0", "functionTimeout": "soon" }""")]
    public void What_the_official_host_refuses_is_refused(string text)
    {
        Assert.That(() => HostJson.Parse(text), Throws.TypeOf<FormatException>());
    }
}
