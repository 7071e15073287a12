using System.Globalization;
using Microsoft.Extensions.Configuration;
using Smplat.LocalHost.LocalServices.Postgres;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.LocalHost.LocalServices;

/// <summary>What a local run has to bring up itself, read from the settings.</summary>
/// <param name="Checkout">Where its tools and its data are.</param>
/// <param name="NeedsDatabase">No database is configured.</param>
/// <param name="Storage">The storage setting as given, or null.</param>
/// <param name="Choice">Which Postgres to start.</param>
/// <param name="PostgresPort">Null for a free one.</param>
internal sealed record LocalPlan(
    CheckoutFolder Checkout,
    SearchPath SearchPath,
    bool NeedsDatabase,
    string? Storage,
    PostgresChoice Choice,
    int? PostgresPort)
{
    /// <summary>The port of the table service that UseDevelopmentStorage stands for.</summary>
    public const int DevelopmentTablePort = 10002;

    public bool UsesDevelopmentStorage =>
        Storage?.Replace(" ", "", StringComparison.Ordinal)
            .TrimEnd(';').Equals("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase) == true;

    /// <exception cref="LocalStartException">A setting has a value that is not among its values.</exception>
    public static LocalPlan Read(IConfiguration configuration, string root)
    {
        var folder = Text(configuration, LocalSettingNames.Folder);
        return new(
            folder is null ? new(root) : new(root, Path.GetFullPath(folder)),
            new(configuration["PATH"]),
            (Text(configuration, LocalSettingNames.Database) ?? Text(configuration, LocalSettingNames.DatabaseAlias)) is null,
            Text(configuration, LocalSettingNames.Storage),
            ReadChoice(Text(configuration, LocalSettingNames.Postgres)),
            ReadPort(Text(configuration, LocalSettingNames.PostgresPort)));
    }

    private static string? Text(IConfiguration configuration, string name) =>
        configuration[name] is { } text && !string.IsNullOrWhiteSpace(text) ? text.Trim() : null;

    private static PostgresChoice ReadChoice(string? text) => text?.ToLowerInvariant() switch
    {
        null or "either" => PostgresChoice.Either,
        "system" => PostgresChoice.System,
        "embedded" => PostgresChoice.Embedded,
        _ => throw new LocalStartException($"{LocalSettingNames.Postgres} must be system, embedded or either, not \"{text}\"."),
    };

    private static int? ReadPort(string? text)
    {
        if (text is null)
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
            ? port
            : throw new LocalStartException(
                $"{LocalSettingNames.PostgresPort} must be a port from 1 to 65535, not \"{text}\".");
    }
}
