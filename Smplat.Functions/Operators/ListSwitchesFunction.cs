using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Operators;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Operators;

[RequireKey(KeyScope.Operator)]
public sealed class ListSwitchesFunction(FeatureSwitches switches)
{
    [Function("ListSwitches")]
    [Operation("All switches as this instance reads them now", Tag = "Operators")]
    [Answers(200, typeof(SwitchesAnswer), Naming.Snake)]
    public Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/operators/flags")] HttpRequest request,
        CancellationToken cancellationToken) =>
        Task.FromResult(Answer.Snake(new SwitchesAnswer(switches.Read())));
}
