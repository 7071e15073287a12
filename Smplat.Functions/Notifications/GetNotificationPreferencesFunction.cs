using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[RequireKey(KeyScope.Storefront)]
public sealed class GetNotificationPreferencesFunction(PreferenceOperations preferences)
{
    [Function("GetNotificationPreferences")]
    [Operation("What a person wants to hear about; made with the defaults on first read", Tag = "Notifications")]
    [Answers(200, typeof(NotificationPreferences), Naming.Snake)]
    [Answers(404, "There is no such user")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "api/v1/notifications/preferences/{userId}")] HttpRequest request,
        string userId,
        CancellationToken cancellationToken) =>
        PreferenceAnswer.Of(await preferences.ReadAsync(PathValue.Guid("user_id", userId), cancellationToken));
}
