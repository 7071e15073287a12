namespace Smplat.Core.Platform.Database;

/// <summary>Rows that a feature loads into a new local database, so that its routes answer something sensible.</summary>
public interface ISampleData
{
    /// <summary>Loads the rows; running it again changes nothing.</summary>
    Task LoadAsync(CancellationToken cancellationToken);
}
