using Smplat.Tests.Support;

namespace Smplat.Tests;

/// <summary>Ends what the tests shared. It starts nothing: a test that needs no server must run where there is none.</summary>
[SetUpFixture]
public sealed class SharedServersEnd
{
    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await TestAzurite.EndAsync();
        await TestDatabaseServer.EndAsync();
    }
}
