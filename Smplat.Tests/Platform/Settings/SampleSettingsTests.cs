using System.Reflection;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Smplat.Core.Platform.Settings;
using Smplat.Functions;
using Smplat.Tests.Support;

namespace Smplat.Tests.Platform.Settings;

/// <summary>The sample settings list all settings: none is missing, and none is unused.</summary>
public sealed class SampleSettingsTests
{
    /// <summary>Read by the platform or the local host, not by a settings class of the app.</summary>
    private static readonly string[] ReadByTheHost = ["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage", "SMPLAT_FAKE_VENDORS"];

    [Test]
    public async Task The_sample_lists_every_setting_and_no_other()
    {
        await using var app = await SmplatApp.StartAsync();
        var known = app.Services.GetServices<SettingsClass>()
            .SelectMany(settings => SettingsReader.Entries(settings.Type))
            .Select(entry => entry.Name)
            .Concat(Schedules())
            .Concat(ReadByTheHost)
            .ToHashSet();

        var sample = SampleNames().ToHashSet();

        Assert.Multiple(() =>
        {
            Assert.That(known.Except(sample), Is.Empty, "settings missing from local.settings.sample.json");
            Assert.That(sample.Except(known), Is.Empty, "entries of local.settings.sample.json that nothing reads");
        });
    }

    [Test]
    public void Every_setting_is_explained_in_the_docs()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "settings.md"));

        Assert.That(SampleNames().Where(name => !page.Contains($"`{name}`", StringComparison.Ordinal)), Is.Empty);
    }

    internal static IEnumerable<string> SampleNames()
    {
        using var document = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(Repository.Root, "local.settings.sample.json")));
        return [.. document.RootElement.GetProperty("Values").EnumerateObject().Select(value => value.Name)];
    }

    private static IEnumerable<string> Schedules() =>
        from type in typeof(SmplatHost).Assembly.GetTypes()
        from method in type.GetMethods()
        from parameter in method.GetParameters()
        let timer = parameter.GetCustomAttribute<TimerTriggerAttribute>()
        where timer is not null
        select timer.Schedule.Trim('%');
}
