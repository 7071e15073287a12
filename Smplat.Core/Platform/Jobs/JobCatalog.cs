namespace Smplat.Core.Platform.Jobs;

/// <summary>All jobs of the app by id.</summary>
public sealed class JobCatalog(IEnumerable<IJob> jobs)
{
    private readonly Dictionary<string, IJob> _jobs = jobs.ToDictionary(job => job.Definition.Id);

    public IReadOnlyCollection<IJob> All => _jobs.Values;

    public IJob? Find(string jobId) => _jobs.GetValueOrDefault(jobId);
}
