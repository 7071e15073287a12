namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>Which Postgres programs a local run uses.</summary>
public enum PostgresChoice
{
    /// <summary>The system's when there are some, else the embedded ones.</summary>
    Either,
    System,
    Embedded,
}
