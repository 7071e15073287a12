using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;
using Smplat.Core.Platform.Observability;
using Smplat.Core.Platform.Settings;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Health;

[OpenToAll("Platform probes have no key; the answer says nothing about data.")]
public sealed class GetHealthFunction(IOptionsMonitor<RuntimeOptions> runtime)
{
    [Function("GetHealth")]
    [Operation("Liveness with environment and version; no dependency is asked", Tag = "Health")]
    [Answers(200, typeof(VersionedLivenessAnswer), Naming.Snake)]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "healthz")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Snake(
            new VersionedLivenessAnswer("ok", runtime.CurrentValue.Environment, SmplatTelemetry.Version)));
}
