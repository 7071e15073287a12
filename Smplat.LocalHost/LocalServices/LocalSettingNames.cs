namespace Smplat.LocalHost.LocalServices;

/// <summary>The settings that decide about local services. Only a local run reads them.</summary>
internal static class LocalSettingNames
{
    public const string Database = "SMPLAT_DATABASE";

    public const string DatabaseAlias = "DATABASE_URL";

    public const string Storage = "AzureWebJobsStorage";

    /// <summary>Another folder than .local of the checkout; a run with its own folder may stand beside the first.</summary>
    public const string Folder = "SMPLAT_LOCAL_FOLDER";

    /// <summary>system, embedded or either (the default).</summary>
    public const string Postgres = "SMPLAT_LOCAL_POSTGRES";

    /// <summary>A free port unless set.</summary>
    public const string PostgresPort = "SMPLAT_LOCAL_POSTGRES_PORT";
}
