using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Smplat.Core.Platform.Outbox;
using Smplat.Functions.Http;
using Smplat.Functions.Http.OpenApi;

namespace Smplat.Functions.Notifications;

[RequireKey(KeyScope.Storefront)]
public sealed class ChangeNotificationPreferencesFunction(PreferenceOperations preferences)
{
    [Function("ChangeNotificationPreferences")]
    [Operation("Change some of a person's preferences; what is null stays", Tag = "Notifications")]
    [JsonBody(typeof(ChangePreferences), Example = """{"order_updates":false,"marketing_messages":true}""")]
    [Answers(200, typeof(NotificationPreferences), Naming.Snake)]
    [Answers(404, "There is no such user")]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "api/v1/notifications/preferences/{userId}")] HttpRequest request,
        string userId,
        CancellationToken cancellationToken)
    {
        var user = PathValue.Guid("user_id", userId);
        var change = await request.ReadAsync(ChangePreferences.Read, cancellationToken);
        return PreferenceAnswer.Of(await preferences.ChangeAsync(user, change, cancellationToken));
    }
}
