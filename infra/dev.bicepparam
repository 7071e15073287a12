using 'main.bicep'

param environmentName = 'smplat-dev'
param location = 'eastus2'
param appEnvironment = 'development'
param frontendUrl = 'https://dev.example.com'
param databasePassword = readEnvironmentVariable('DATABASE_PASSWORD')
param alertEmail = 'operations@example.com'

// Invented prices are for local runs only: the aggregators are used with test credentials, the direct vendors stay off.
param secretsInUse = ['checkout-api-key', 'operator-api-key', 'admin-api-key', 'metrics-api-key', 'smplat-link-secret', 'smplat-ops-session-secret', 'auth-lockout-secret', 'mealme-api-key', 'instacart-api-key']
param settings = {
  KROGER_ENV: 'sandbox'
  TRUST_CONTENT_ENVIRONMENT: 'development'
}
