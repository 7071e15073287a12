using Smplat.Functions.Http.OpenApi;
using Smplat.Tests.Support;

namespace Smplat.Tests.Http;

public sealed class RequestsFileTests
{
    [Test]
    public void Every_operation_has_a_call_in_the_requests_file()
    {
        var file = File.ReadAllText(Path.Combine(Repository.Root, "docs", "requests.http"));

        Assert.That(
            new ApiCatalog().Operations
                .Where(operation => !file.Contains($"### {operation.Name}:", StringComparison.Ordinal))
                .Select(operation => operation.Name),
            Is.Empty);
    }
}
