using Microsoft.AspNetCore.Http;
using Smplat.Core.Commerce.Providers;
using Smplat.Core.Commerce.Routing;
using Smplat.Functions.Http;

namespace Smplat.Functions;

/// <summary>Failures of calls that depend on one vendor: a failure of the vendor is a 502 or 504, not a 500.</summary>
public sealed class VendorAnswers(TimeProvider clock)
{
    public IResult Of(ProviderFailure failure) => failure.Code switch
    {
        ProviderFailureCodes.Timeout => Failure(StatusCodes.Status504GatewayTimeout, "PROVIDER_TIMEOUT", failure.Message),
        ProviderFailureCodes.MissingCredentials => Failure(
            StatusCodes.Status503ServiceUnavailable, "NOT_CONFIGURED", failure.Message),
        ProviderFailureCodes.NoStores or ProviderFailureCodes.NoItemsMatched => Failure(
            StatusCodes.Status404NotFound, failure.Code, failure.Message),
        _ => Failure(StatusCodes.Status502BadGateway, "PROVIDER_ERROR", failure.Message),
    };

    public IResult Failure(int status, string code, string message)
    {
        var now = clock.GetUtcNow();
        var answer = new FailureAnswer(false, new FailureError(code, message), RequestId.Create(now), now);
        return Answer.JsonBytes(CommerceJson.Bytes(answer, RoutingJson.Default.FailureAnswer), status);
    }
}
