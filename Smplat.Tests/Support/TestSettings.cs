using Microsoft.Extensions.Configuration;
using Smplat.LocalHost;
using Smplat.LocalHost.LocalServices;
using Smplat.LocalHost.LocalServices.Processes;

namespace Smplat.Tests.Support;

/// <summary>What the environment says about how tests run.</summary>
public static class TestSettings
{
    private static readonly IConfiguration Environment = new ConfigurationBuilder().AddEnvironmentVariables().Build();

    /// <summary>Where everything must be there: what is missing fails instead of being skipped.</summary>
    public static bool IsContinuousIntegration => Environment["CI"] is "true" or "1";

    /// <summary>Npgsql connection string of a server to use instead of one of our own. Its user must be able to create databases.</summary>
    public static string? Database => Environment["SMPLAT_TEST_DB"] is { Length: > 0 } text ? text : null;

    /// <summary>Folder of a published app for the tests that run it as a process; the build output when unset.</summary>
    public static string? App => Environment["SMPLAT_TEST_APP"] is { Length: > 0 } folder ? Path.GetFullPath(folder, RepositoryRoot.Path!) : null;

    /// <summary>Whether the lists in <c>docs/walks</c> are written again instead of only compared.</summary>
    public static bool WritesWalks => Environment["SMPLAT_WRITE_WALKS"] is "true";

    /// <summary>Whether <c>docs/access-routes.md</c> is written again instead of only compared.</summary>
    public static bool WritesAccess => Environment["SMPLAT_WRITE_ACCESS"] is "true";

    public static SearchPath SearchPath => new(Environment["PATH"]);

    public static PostgresChoice Postgres =>
        Enum.TryParse<PostgresChoice>(Environment["SMPLAT_LOCAL_POSTGRES"], ignoreCase: true, out var choice)
            ? choice
            : PostgresChoice.Either;

    public static LocalTools Tools => new(
        new CheckoutFolder(RepositoryRoot.Path ?? throw new InvalidOperationException("The tests run outside a checkout.")),
        SearchPath,
        line => TestContext.Progress.WriteLine(line));

    /// <summary>Ends the test: skipped at home, failed where everything must be there.</summary>
    public static void Missing(LocalStartException exception)
    {
        if (IsContinuousIntegration)
        {
            Assert.Fail(exception.Message);
        }

        Assert.Ignore(exception.Message);
    }
}
