using Microsoft.Extensions.DependencyInjection;
using Smplat.Functions.Trust.Preview;

namespace Smplat.Functions.Trust;

public static class TrustHttpFeature
{
    public static IServiceCollection AddTrustHttp(this IServiceCollection services) => services.AddSingleton<TrustPreview>();
}
