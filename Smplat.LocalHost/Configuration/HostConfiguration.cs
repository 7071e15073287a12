using Microsoft.Extensions.Configuration;

namespace Smplat.LocalHost.Configuration;

/// <summary>
/// Where settings come from, weakest first: the local settings file, environment variables, what the local services
/// say, the command line.
/// </summary>
public static class HostConfiguration
{
    /// <summary>
    /// SMPLAT_LOCAL_SETTINGS: <c>own</c> (default), <c>sample</c> to leave local.settings.json aside, <c>none</c>.
    /// </summary>
    private const string FileSetting = "SMPLAT_LOCAL_SETTINGS";

    private static readonly string[] EnvironmentNames = ["SMPLAT_ENVIRONMENT", "ENVIRONMENT", "LOOPGPT_ENV"];

    /// <summary>Folders of local.settings.json: the checkout before the output folder, which holds a copy.</summary>
    public static IReadOnlyList<string> Folders { get; } =
        RepositoryRoot.Path is { } root ? [root, AppContext.BaseDirectory] : [AppContext.BaseDirectory];

    public static void AddTo(ConfigurationManager configuration, string[] args)
    {
        var given = new ConfigurationBuilder().Add(new EnvironmentSettings()).AddCommandLine(args).Build();
        var file = FileSource(given);
        IConfigurationBuilder sources = configuration;
        if (!SaysEnvironment(file, given))
        {
            // The weakest source of all: a settings file that comes later may still say otherwise.
            sources.Add(new DefaultEnvironment());
        }

        if (file is not null)
        {
            sources.Add(file);
        }

        sources.Add(new EnvironmentSettings());
        sources.AddCommandLine(args);
    }

    /// <summary>Asked of what people set; the host itself calls every local run "Development".</summary>
    private static bool SaysEnvironment(LocalSettings? file, IConfiguration given) =>
        Environment(given) is not null
        || (file is not null && Environment(new ConfigurationBuilder().Add(new LocalSettings(file.Candidates, watch: false)).Build()) is not null);

    /// <summary>The environment's name, or null when nothing sets it.</summary>
    public static string? Environment(IConfiguration configuration) =>
        EnvironmentNames.Select(name => configuration[name]).FirstOrDefault(value => !string.IsNullOrWhiteSpace(value));

    public static bool IsLocal(IConfiguration configuration) =>
        Environment(configuration) is null or "local" or "LOCAL" or "Local";

    private static LocalSettings? FileSource(IConfiguration given)
    {
        var own = Folders.Select(folder => Path.Combine(folder, SettingsFile.Own));
        var sample = Folders.Take(1).Select(folder => Path.Combine(folder, SettingsFile.Sample));
        return given[FileSetting]?.ToLowerInvariant() switch
        {
            null or "" or "own" => new LocalSettings([.. own, .. IsLocal(given) ? sample : []], watch: true),
            "sample" => new LocalSettings([.. sample], watch: false),
            "none" => null,
            var text => throw new LocalStartException($"{FileSetting} must be own, sample or none, not \"{text}\"."),
        };
    }

    private sealed class DefaultEnvironment : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider();

        private sealed class Provider : ConfigurationProvider
        {
            public override void Load() => Set("SMPLAT_ENVIRONMENT", "local");
        }
    }
}
