using Microsoft.AspNetCore.Http;
using Smplat.Core.Platform.Observability;

namespace Smplat.Functions.Health;

internal static class ReadinessStatus
{
    /// <summary>Always 200, because the storefront reads the body only then; strict maps error to 503.</summary>
    internal static IResult Answer(ReadinessReport report, bool strict) => Smplat.Functions.Http.Answer.Snake(
        ReadinessAnswer.From(report),
        strict && report.Status == ComponentStatus.Error
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status200OK);
}
