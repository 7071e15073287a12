using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Onboarding;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Onboarding;

[RequireKey(KeyScope.Storefront)]
public sealed class ToggleOnboardingTaskFunction(TaskToggle toggle)
{
    [Function("ToggleOnboardingTask")]
    [Operation("Tick a task off, or back; repeating it changes nothing", Tag = "Onboarding")]
    [JsonBody(typeof(ToggleTask), Example = """{"completed":true,"actor":"client"}""")]
    [Answers(200, typeof(TaskAnswer), Naming.Snake)]
    [Answers(404, "No such journey or task")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/v1/orders/{orderId}/onboarding/tasks/{taskId}")] HttpRequest request,
        string orderId,
        string taskId,
        CancellationToken cancellationToken)
    {
        var wanted = await request.ReadAsync(ToggleTask.Read, cancellationToken);
        var outcome = await toggle.ToggleAsync(
            RouteInput.Guid(orderId, "order_id"), RouteInput.Guid(taskId, "task_id"), wanted.Completed, wanted.Actor, cancellationToken);
        return outcome.Answered(task => Answer.Snake(TaskAnswer.From(task)));
    }
}
