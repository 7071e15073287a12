namespace Smplat.LocalHost.LocalServices.Postgres;

/// <summary>Puts together the Postgres of a local run: which programs, as whom, and where its data is.</summary>
internal sealed class LocalPostgres(LocalTools tools, IStartupStep step)
{
    public async Task<PostgresServer> PrepareAsync(PostgresChoice choice, CancellationToken cancellationToken)
    {
        var account = ServerAccount.Detect(tools.SearchPath);
        var found = await tools.FindPostgresAsync(choice, cancellationToken);
        var place = await ReachableFolder.FindAsync(tools.Checkout, account, cancellationToken);
        if (place != tools.Checkout.Local)
        {
            step.Note($"Data is kept in {place}: the account {account.Name}, which Postgres runs as, cannot enter {tools.Checkout.Local}");
        }

        var installation = await ReachableFolder.EnsureRunnableAsync(found, tools.Checkout, account, cancellationToken);
        var folder = new PostgresFolder(Path.Combine(place, $"postgres-{installation.Major}"));
        if (!folder.IsInitialised)
        {
            step.Note($"First start of {installation}: making its data folder");
        }

        return new(installation, account, folder, PostgresTuning.Durable);
    }
}
