using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Smplat.Core.Platform.Settings;

namespace Smplat.Core.Platform.Database;

/// <summary>Which Postgres the app uses, and how.</summary>
public sealed class DatabaseOptions : IValidatableObject
{
    /// <summary>Npgsql connection string, or a <c>postgres://</c> or <c>postgresql://</c> URI. A local run without it starts an embedded Postgres.</summary>
    [ConfigurationKeyName("SMPLAT_DATABASE")]
    [SettingAlias("DATABASE_URL")]
    [SecretSetting]
    public string? ConnectionString { get; init; }

    /// <summary>
    /// Connect as the app's managed identity: SMPLAT_DATABASE names the identity as its user and has no password; a token is
    /// used instead. Default false.
    /// </summary>
    [ConfigurationKeyName("SMPLAT_DATABASE_IDENTITY")]
    public bool UsesIdentity { get; init; }

    /// <summary>Maximum connections of one instance. Default 40; with many instances use a pooler.</summary>
    [ConfigurationKeyName("SMPLAT_DATABASE_MAX_CONNECTIONS")]
    [Range(2, 500)]
    public int MaxConnections { get; init; } = 40;

    /// <summary>Seconds to wait for a connection. Default 2: a write that cannot start becomes a 503, not a queue.</summary>
    [ConfigurationKeyName("SMPLAT_DATABASE_CONNECT_TIMEOUT_SECONDS")]
    [Range(1, 60)]
    public int ConnectTimeoutSeconds { get; init; } = 2;

    /// <summary>Seconds that a statement of a request may run. Default 10.</summary>
    [ConfigurationKeyName("SMPLAT_DATABASE_COMMAND_TIMEOUT_SECONDS")]
    [Range(1, 600)]
    public int CommandTimeoutSeconds { get; init; } = 10;

    /// <summary>Apply pending migrations when the app starts. Default true; false for deploys that run smplat migrate first.</summary>
    [ConfigurationKeyName("SMPLAT_MIGRATE_ON_START")]
    public bool MigrateOnStart { get; init; } = true;

    /// <summary>The messages never contain the connection string, because it may contain a password.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!SmplatDataSource.IsConnectionString(ConnectionString, out var why))
        {
            yield return new(
                "SMPLAT_DATABASE must be an Npgsql connection string, such as Host=…;Database=…;Username=…;Password=…, or a URI, such as "
                + "postgres://USER:PASSWORD@HOST:5432/DATABASE?sslmode=require. In a URI, write special characters in percent-encoding. "
                + why);
        }
        else if (UsesIdentity && SmplatDataSource.Settings(ConnectionString) is { Password: not null } or { Username: null })
        {
            yield return new("With SMPLAT_DATABASE_IDENTITY=true, SMPLAT_DATABASE must name the identity as its Username and must not have a Password.");
        }
    }
}
