using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Billing;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Checkout.Hosted;

[RequireKey(KeyScope.Operator)]
public sealed class RunHostedRecoveryFunction(HostedRecovery recovery)
{
    [Function("RunHostedRecovery")]
    [Operation("Run the recovery of hosted sessions at once", Tag = "Operators")]
    [JsonBody(typeof(RunHostedRecoveryCommand), Example = """{"triggered_by":"manual"}""")]
    [Answers(200, typeof(HostedRecoveryReport), Naming.Snake)]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "api/v1/operators/recovery/hosted/run")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        var command = await request.ReadAsync(RunHostedRecoveryCommand.Read, cancellationToken);
        return Answer.Snake(await recovery.RunAsync(
            command.TriggeredBy, command.Limit, command.MaxAttempts, cancellationToken));
    }
}
